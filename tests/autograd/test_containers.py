"""Trees of numbers taken apart and put together again."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, NamedTuple

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograd import OverflowDomainError, Value
from autograd.sweep import data_of
from autograd.trees import NUMBER, _Kind, array_of, flatten, map_values


class Point(NamedTuple):
    x: Any
    y: Any


@dataclass(frozen=True, slots=True)
class Leg:
    strike: float
    dates: list[float]


@dataclass
class Option:
    spot: float
    leg: Leg
    kind: str = field(default="call", metadata={"static": True})
    moneyness: Any = field(init=False)

    def __post_init__(self) -> None:
        if self.spot < 0:
            raise ValueError("a spot is not negative")
        self.moneyness = self.spot / self.leg.strike


FLOATS = st.floats(allow_nan=False)
TREES = st.recursive(
    FLOATS | st.none() | st.lists(FLOATS, max_size=3).map(np.array),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.lists(inner, max_size=3).map(tuple)
        | st.dictionaries(st.sampled_from("abc"), inner)
        | st.builds(Point, inner, inner)
        | st.builds(Leg, inner, inner)
    ),
    max_leaves=8,
)


def same(left: Any, right: Any) -> bool:
    """Whether two trees are the same, types and bits included."""
    if type(left) is not type(right):
        return False
    if isinstance(left, np.ndarray):
        return bool(left.shape == right.shape and left.dtype == right.dtype and left.tobytes() == right.tobytes())
    if isinstance(left, dict):
        return list(left) == list(right) and all(same(left[key], right[key]) for key in left)
    if isinstance(left, (list, tuple)):
        return len(left) == len(right) and all(map(same, left, right))
    if isinstance(left, Leg):
        return same(left.strike, right.strike) and same(left.dates, right.dates)
    return repr(left) == repr(right)


@settings(max_examples=100)
@given(TREES)
def test_numbers_put_back_give_the_tree_again(tree):
    numbers, treedef = flatten(tree, "it")
    assert all(type(number) is float for number in numbers)
    assert sum(treedef.sizes()) == len(numbers) == len(treedef.places("it"))
    assert same(treedef.result(numbers), tree)


@settings(max_examples=50)
@given(TREES, TREES)
def test_structures_match_exactly_when_other_numbers_fit(left, right):
    numbers, treedef = flatten(left, "left")
    others, other = flatten(right, "right")
    assert treedef.matches(treedef)
    if treedef.matches(other):
        assert len(numbers) == len(others)
        assert same(treedef.result(others), right)
    else:
        assert str(treedef) != str(other)


def test_a_bare_number_has_the_one_structure_that_is_told_by_identity():
    value = Value(2.0)
    assert flatten(1.5, "x") == ([1.5], NUMBER)
    (number,), treedef = flatten(value, "x")
    assert number is value
    assert treedef is NUMBER
    assert NUMBER.matches(flatten(3, "x")[1])
    assert NUMBER.matches(flatten(np.array(3.0), "x")[1])
    assert not NUMBER.matches(flatten([3.0], "x")[1])


@pytest.mark.parametrize("number", [3, True, np.float32(3), np.int64(3), Fraction(6, 2), np.array(3), np.array(3.0)])
def test_every_kind_of_real_number_becomes_a_float(number):
    numbers, _ = flatten([number], "x")
    assert [type(each) for each in numbers] == [float]
    assert numbers[0] == float(number)


@pytest.mark.parametrize("shape", [(), (3,), (2, 3), (0,), (2, 0, 3)])
def test_an_array_is_one_leaf_of_its_shape(shape):
    array = np.arange(np.prod(shape), dtype=np.int32).reshape(shape)
    numbers, treedef = flatten({"a": array}, "x")
    assert numbers == [float(number) for number in array.flat]
    assert treedef.shapes == [shape]
    result = treedef.result(numbers)["a"]
    assert result.dtype == float
    assert result.shape == shape
    assert np.array_equal(result, array)


def test_inside_the_function_an_array_holds_values_and_a_0d_array_is_one():
    matrix, scalar = np.ones((2, 2)), np.array(5.0)
    numbers, treedef = flatten((matrix, scalar), "x")
    values = [Value(number) for number in numbers]
    inner_matrix, inner_scalar = treedef.argument(values)
    assert inner_matrix.dtype == object
    assert inner_matrix.shape == (2, 2)
    assert inner_matrix[1, 0] is values[2]
    assert inner_scalar is values[4]


def test_an_array_of_objects_takes_numbers_and_values():
    value = Value(2.0)
    numbers, treedef = flatten(np.array([1, value, np.float32(3)], dtype=object), "x")
    assert numbers[0] == 1.0
    assert numbers[1] is value
    assert treedef.result(numbers).dtype == object
    assert treedef.result([1.0, 2.0, 3.0]).dtype == float


def test_a_fortran_ordered_array_keeps_its_elements_in_place():
    array = np.asfortranarray(np.arange(6.0).reshape(2, 3))
    numbers, treedef = flatten(array, "x")
    assert np.array_equal(treedef.result(numbers), array)


def test_none_is_an_empty_tree_and_a_dict_keeps_its_order():
    tree = OrderedDict(b=None, a=[1.0, None])
    numbers, treedef = flatten(tree, "x")
    assert numbers == [1.0]
    assert treedef.result([7.0]) == OrderedDict(b=None, a=[7.0, None])
    assert list(flatten({"b": 1.0, "a": 2.0}, "x")[1].result([5.0, 6.0])) == ["b", "a"]


# --- dataclasses ------------------------------------------------------------------------------------------


def test_a_dataclass_is_copied_field_by_field_those_that_it_computed_too():
    numbers, treedef = flatten([Option(10.0, Leg(5.0, [1.0, 2.0]))], "x")
    assert numbers == [10.0, 5.0, 1.0, 2.0, 2.0]
    values = [Value(number) for number in numbers]
    (option,) = treedef.argument(values)
    assert type(option) is Option
    assert type(option.leg) is Leg
    assert option.leg.dates == values[2:4]
    assert option.moneyness is values[4]
    assert option.kind == "call"


def test_a_derivative_is_filled_in_without_a_constructor():
    _, treedef = flatten(Option(10.0, Leg(5.0, [1.0]), kind="put"), "x")
    derivative = treedef.result([-1.0, -2.0, -3.0, -4.0])
    assert repr(derivative) == "Option(spot=-1.0, leg=Leg(strike=-2.0, dates=[-3.0]), kind='put', moneyness=-4.0)"


def test_dataclasses_match_by_class_and_by_what_they_hold():
    @dataclass
    class Other:
        strike: float
        dates: list[float]

    leg = flatten(Leg(1.0, [2.0]), "x")[1]
    assert leg.matches(flatten(Leg(3.0, [4.0]), "x")[1])
    assert not leg.matches(flatten(Other(3.0, [4.0]), "x")[1])
    assert not leg.matches(flatten(Leg(3.0, [4.0, 5.0]), "x")[1])


def test_a_field_that_is_no_number_is_named_with_the_way_to_make_it_static():
    @dataclass
    class Named:
        name: Any
        numbers: list

    advice = r". Is 'name' no variable\? Then make the field with field\(metadata={'static': True}\)$"
    with pytest.raises(TypeError, match=r"^argument 0\[1\]\.name takes one real number, not the complex.*" + advice):
        flatten([1.0, Named(1j, [1.0])], "argument 0")
    with pytest.raises(
        TypeError, match=r"^argument 0\.numbers\[0\] takes one real number, .* which does not spell a number$"
    ):
        flatten(Named(1.0, ["a"]), "argument 0")
    with pytest.raises(OverflowError, match=r"^argument 0\.name takes numbers that fit a float; .*\(about 1.8e308\)$"):
        flatten(Named(10**400, []), "argument 0")


def test_the_class_of_a_dataclass_is_no_dataclass():
    with pytest.raises(TypeError, match="x takes one real number, not <class"):
        flatten(Leg, "x")


# --- refusals ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("tree", "text"),
    [
        ("abc", "argument 0 takes one real number, not the str 'abc', which does not spell a number"),
        ({"b": [1.0, 2.0, "abc"]}, "argument 0['b'][2] takes one real number, not the str 'abc'"),
        ((1.0, {"k": 1j}), "argument 0[1]['k'] takes one real number, not the complex number 1j"),
        (Point(1.0, {2.0}), "argument 0.y takes one real number, not the set {2.0}"),
        ([Leg({1.0}, [])], "argument 0[0].strike takes one real number, not the set {1.0}"),
        ([np.array([[1.0, "a"]], dtype=object)], "argument 0[0][0, 1] takes one real number, not the str 'a'"),
        ([np.array(["a"])], "argument 0[0] takes an array of real numbers, not of dtype <U1"),
        ([np.array([1j])], "argument 0[0] takes an array of real numbers, not of dtype complex128"),
        ([np.ma.masked_array([1.0])], "takes a plain array, not a MaskedArray: convert it with .filled(...)"),
        (np.array([[1.0]]).view(np.matrix), "takes a plain array, not a matrix: convert it with numpy.asarray"),
        (np.rec.array([(1.0,)], dtype=[("a", float)]), "takes a plain array, not a recarray: convert it with numpy.as"),
        (np.zeros(1, dtype=[("a", float)]), "takes an array of real numbers, not of dtype [('a', '<f8')]"),
    ],
)
def test_what_is_no_number_is_refused_with_its_path(tree, text):
    with pytest.raises(TypeError) as error:
        flatten(tree, "argument 0")
    assert text in str(error.value)


def test_an_int_too_large_is_refused_with_its_path():
    with pytest.raises(OverflowDomainError, match=r"argument 0\['big'\] takes numbers that fit a float"):
        flatten({"big": 10**400}, "argument 0")


def test_places_name_every_number():
    tree = {"a": np.zeros((1, 2)), "b": [Leg(1.0, [2.0]), np.array(3.0)], "c": Point(1.0, 2.0)}
    _, treedef = flatten(tree, "x")
    assert treedef.places("x") == [
        "x['a'][0, 0]", "x['a'][0, 1]", "x['b'][0].strike", "x['b'][0].dates[0]", "x['b'][1]", "x['c'].x", "x['c'].y",
    ]  # fmt: skip


def test_a_structure_reads_as_what_it_holds():
    _, treedef = flatten({"a": 1.0, "b": [np.ones((2, 3)), Leg(1.0, [])]}, "x")
    assert str(treedef) == "{'a': number, 'b': [array of shape (2, 3), Leg(strike=number, dates=[])]}"


# --- Values in any tree -----------------------------------------------------------------------------------


def test_map_values_changes_values_alone():
    text, primitive_like = "text", Leg(1.0, ())
    tree = {
        "value": Value(1.0),
        "array": np.array([[Value(2.0), 3.0]], dtype=object),
        "mixed": Leg(Value(4.0), [Value(5.0)]),
        "words": np.array(["a", None], dtype=object),
        "strange": np.array([Value(6.0), "a"], dtype=object),
        "floats": np.ones(2),
        "text": text,
        "same": primitive_like,
        "set": {1, 2},
    }
    mapped = map_values(lambda value: value.data * 10, tree)
    assert mapped["value"] == 10.0
    assert mapped["array"].dtype == float
    assert mapped["array"].tolist() == [[20.0, 3.0]]
    assert mapped["mixed"] == Leg(40.0, [50.0])
    assert mapped["strange"].tolist() == [60.0, "a"]
    for untouched in ("words", "floats", "text", "same", "set"):
        assert mapped[untouched] is tree[untouched]


def test_map_values_keeps_what_a_dataclass_computed():
    option = Option(Value(10.0), Leg(Value(5.0), []))
    mapped = map_values(data_of, option)
    assert repr(mapped) == "Option(spot=10.0, leg=Leg(strike=5.0, dates=[]), kind='call', moneyness=2.0)"
    assert isinstance(option.moneyness, Value)


def test_an_array_holds_objects_only_if_there_is_a_value():
    assert array_of([1.0, 2.0], (2,)).dtype == float
    assert array_of([1.0, Value(2.0)], (2, 1)).dtype == object


def test_equal_kinds_of_dataclasses_have_equal_hashes():
    # optree asks that of what a container keeps beside its parts; some of its versions hash it.
    kind, same, other = (_Kind(instance, ("a",)) for instance in (Fraction(1, 2), Fraction(3, 4), 0.5))
    assert kind == same != other
    assert hash(kind) == hash(same)
    assert len({kind, same, other, _Kind(Fraction(1, 2), ("b",))}) == 3
