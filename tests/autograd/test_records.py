"""Classes that declare fields are copied field by field: none of their code runs a second time, and nothing is lost."""

from __future__ import annotations

import copy
import dataclasses
import enum
import functools
import math
import pickle
import random
import weakref
from collections import Counter, OrderedDict, UserDict, defaultdict, deque, namedtuple
from dataclasses import InitVar, dataclass, field, make_dataclass
from datetime import date
from types import SimpleNamespace
from typing import Any, ClassVar, Generic, NamedTuple, TypeVar

import attrs
import numpy as np
import optree
import pydantic
import pydantic.dataclasses
import pytest

from autograd import (
    ConversionError,
    check_grads,
    compile,  # noqa: A004 -- the name that it has
    grad,
    hessian,
    jacfwd,
    jacrev,
    jvp,
    sin,
    tanh,
    value_and_grad,
    vjp,
)
from autograd.trees import declared, flatten, made, map_values
from autograd.value import Value

T = TypeVar("T")


class Kind(enum.Enum):
    CALL = 1
    PUT = 2


def squared_distance(spot, strike):
    return (spot - strike) ** 2


# --- a class whose constructor turns degrees to radians, written in every way -------------------------------


@dataclass
class Plain:
    angle: float

    def __post_init__(self):
        self.angle = math.radians(self.angle)


@dataclass(frozen=True)
class Frozen:
    angle: float

    def __post_init__(self):
        object.__setattr__(self, "angle", math.radians(self.angle))


@dataclass(frozen=True, slots=True, kw_only=True)
class FrozenSlots:
    angle: float

    def __post_init__(self):
        object.__setattr__(self, "angle", math.radians(self.angle))


@dataclass(slots=True, weakref_slot=True)
class Slots:
    angle: float

    def __post_init__(self):
        self.angle = math.radians(self.angle)


@dataclass
class WithInitVar:
    angle: float = field(init=False)
    degrees: InitVar[float] = 0.0

    def __post_init__(self, degrees):
        self.angle = math.radians(degrees)


@dataclass
class Computed:
    """The field is made by no argument of the constructor, which takes another."""

    label: str
    angle: float = field(init=False)

    def __post_init__(self):
        self.angle = math.radians(float(self.label))


@dataclass
class Counting:
    angle: float
    made: ClassVar[int] = 0
    seen: list[float] = field(default_factory=list)

    def __post_init__(self):
        type(self).made += 1
        assert type(self).made == 1
        self.angle = math.radians(self.angle)


@dataclass
class Inherited(Plain):
    extra: float = 0.0

    def __post_init__(self):
        super().__post_init__()


class Subclass(Plain):
    """No dataclass itself, and made otherwise than by its fields."""

    def __init__(self, degrees, minutes):
        super().__init__(degrees + minutes / 60)


@dataclass
class OwnInit:
    angle: float

    def __init__(self, degrees, _other):
        self.angle = math.radians(degrees)


@dataclass
class OwnNew:
    angle: float

    def __new__(cls, *_args):
        assert not hasattr(cls, "made")
        cls.made = True
        return super().__new__(cls)

    def __post_init__(self):
        self.angle = math.radians(self.angle)


@dataclass
class OwnSetAttr:
    angle: float

    def __setattr__(self, name, value):
        super().__setattr__(name, math.radians(value))


@dataclass(slots=True)
class OwnSlotSetAttr:
    angle: float

    def __setattr__(self, name, value):
        object.__setattr__(self, name, math.radians(value))


@dataclass
class OwnGetAttribute:
    """Reads in radians whatever it holds: a copy must hold degrees."""

    angle: float

    def __getattribute__(self, name):
        held = super().__getattribute__(name)
        return held * (math.pi / 180) if name == "angle" else held


@dataclass
class OwnCopy:
    angle: float

    def __post_init__(self):
        self.angle = math.radians(self.angle)

    def __copy__(self):
        raise AssertionError

    __deepcopy__ = __reduce_ex__ = __copy__


@dataclass
class WithProperties:
    degrees: float

    @property
    def angle(self):
        return self.degrees * (math.pi / 180)

    @functools.cached_property
    def cached(self):
        return self.angle * 2


@dataclass
class Cached:
    degrees: float

    @functools.cached_property
    def angle(self):
        return self.degrees * (math.pi / 180)


@dataclass
class InDict:
    """A property that keeps its number under its own name."""

    angle: float

    @property
    def angle(self):
        return self.__dict__["angle"]

    @angle.setter
    def angle(self, degrees):
        self.__dict__["angle"] = math.radians(degrees)


@dataclass
class Boxed(Generic[T]):
    angle: T

    def __post_init__(self):
        self.angle = math.radians(self.angle)


@attrs.define
class Attrs:
    angle: float = attrs.field(converter=math.radians, validator=attrs.validators.instance_of(float))


@attrs.frozen
class AttrsFrozen:
    angle: float = attrs.field(converter=math.radians)


@attrs.define(slots=False, on_setattr=attrs.setters.frozen)
class AttrsDict:
    angle: float

    def __attrs_post_init__(self):
        object.__setattr__(self, "angle", math.radians(self.angle))


@attrs.define
class AttrsCached:
    degrees: float
    _hidden: float = attrs.field(default=2.0, alias="hidden")

    @functools.cached_property
    def angle(self):
        return self.degrees * (math.pi / 180)


class Model(pydantic.BaseModel):
    angle: float

    @pydantic.field_validator("angle")
    @classmethod
    def radians(cls, degrees):
        return math.radians(degrees)


class StrictModel(pydantic.BaseModel):
    model_config = pydantic.ConfigDict(frozen=True, validate_assignment=True, strict=True)
    angle: float
    name: str = "beam"
    _calls: str = pydantic.PrivateAttr("private")

    @pydantic.model_validator(mode="before")
    @classmethod
    def radians(cls, given):
        return {"angle": math.radians(given["angle"])}


class ComputedModel(pydantic.BaseModel):
    degrees: float

    @pydantic.computed_field
    @property
    def angle(self) -> float:
        return self.degrees * (math.pi / 180)


@pydantic.dataclasses.dataclass(config={"validate_assignment": True})
class PydanticDataclass:
    angle: float

    def __post_init__(self):
        object.__setattr__(self, "angle", math.radians(self.angle))


class Named(namedtuple("Named", "angle")):  # noqa: PYI024, SLOT002 -- as it is often written
    def __new__(cls, degrees):
        return super().__new__(cls, math.radians(degrees))


class NamedSlots(namedtuple("NamedSlots", "angle other", defaults=(1.0,))):  # noqa: PYI024
    __slots__ = ()

    def __new__(cls, degrees, other=0.0):
        return super().__new__(cls, math.radians(degrees), other)

    def twice(self):
        return 2.0 * self.angle


class NamedPlain(NamedTuple):
    degrees: float
    rate: float = math.pi / 180

    @property
    def angle(self):
        return self.degrees * self.rate


IN_RADIANS = [
    Plain(90.0), Frozen(90.0), FrozenSlots(angle=90.0), Slots(90.0), WithInitVar(90.0), Computed("90"), Counting(90.0),
    Inherited(90.0), Subclass(89.0, 60.0), OwnInit(90.0, None), OwnNew(90.0), OwnSetAttr(90.0), OwnSlotSetAttr(90.0),
    OwnCopy(90.0), InDict(90.0), Boxed(90.0), Attrs(90.0), AttrsFrozen(90.0), AttrsDict(90.0), Model(angle=90.0),
    StrictModel(angle=90.0), PydanticDataclass(90.0), Named(90.0), NamedSlots(90.0),
]  # fmt: skip
IN_DEGREES = [
    OwnGetAttribute(90.0), WithProperties(90.0), Cached(90.0), AttrsCached(90.0), ComputedModel(degrees=90.0),
    NamedPlain(90.0),
]  # fmt: skip
for _each in (*IN_DEGREES[1:4],):
    assert _each.angle == math.pi / 2  # which fills what is cached, with a float
RATES = {id(beam): 1.0 for beam in IN_RADIANS} | {id(beam): math.pi / 180 for beam in IN_DEGREES}

beams = pytest.mark.parametrize("beam", [*IN_RADIANS, *IN_DEGREES], ids=lambda beam: type(beam).__name__)


def number_in(beam: Any) -> float:
    """The first number that an instance holds, past its code."""
    return flatten(beam, "it")[0][0]


@beams
def test_what_turned_degrees_to_radians_once_does_not_do_so_again(beam):
    rate = RATES[id(beam)]
    before = repr(beam)
    value, slope = value_and_grad(lambda b: sin(b.angle))(beam)
    assert value == 1.0
    assert type(slope) is type(beam)
    assert number_in(slope) == pytest.approx(rate * math.cos(math.pi / 2), rel=1e-9)
    squared = grad(lambda b: b.angle * b.angle)(beam)
    assert number_in(squared) == pytest.approx(rate * math.pi, rel=1e-15)
    assert repr(beam) == before


@beams
def test_every_transform_and_compile_take_it_the_same_way(beam):
    def f(b):
        return b.angle * b.angle * b.angle

    rate, x = RATES[id(beam)], math.pi / 2
    assert number_in(jacrev(f)(beam)) == pytest.approx(3 * x**2 * rate, rel=1e-14)
    assert number_in(jacfwd(f)(beam)) == pytest.approx(3 * x**2 * rate, rel=1e-14)
    second = flatten(hessian(f)(beam), "it")[0][0]
    assert second == pytest.approx(6 * x * rate**2, rel=1e-14)
    check_grads(f, (beam,))
    out, pull = vjp(f, beam)
    assert out == pytest.approx(x**3, rel=1e-15)
    assert number_in(pull(1.0)[0]) == pytest.approx(3 * x**2 * rate, rel=1e-14)
    slope = grad(f)(beam)
    moved = jvp(f, (beam,), (slope,))[1]
    assert moved == pytest.approx(sum(number**2 for number in flatten(slope, "it")[0]), rel=1e-14)
    for _ in range(2):
        value, slope = compile(value_and_grad(f), backend="python")(beam)
        assert value == f(beam)
        assert number_in(slope) == number_in(grad(f)(beam))


@beams
def test_it_may_stand_in_any_container_and_comes_back_from_a_function(beam):
    nested = {"a": [beam, 1.0], "b": (None, beam)}
    slopes = grad(lambda t: t["a"][0].angle * t["b"][1].angle * t["a"][1])(nested)
    assert number_in(slopes["a"][0]) == number_in(slopes["b"][1]) == pytest.approx(RATES[id(beam)] * math.pi / 2)
    value, same = grad(lambda b: (b.angle, b), has_aux=True)(beam)
    assert number_in(value) == pytest.approx(RATES[id(beam)])
    assert type(same) is type(beam)
    assert number_in(same) == number_in(beam)
    assert same.angle == pytest.approx(math.pi / 2, rel=1e-15)
    assert type(same.angle) is float


def test_a_field_that_is_computed_is_a_variable_of_its_own():
    @dataclass
    class Line:
        x: float
        twice: float = field(init=False)

        def __post_init__(self):
            self.twice = 2 * self.x

    value, slope = value_and_grad(lambda p: p.x * p.twice)(Line(3.0))
    assert value == 18.0
    assert (slope.x, slope.twice) == (6.0, 3.0)  # by the chain rule through 2x it would be 12 = 6 + 2 · 3


def test_fields_that_hold_settings_are_static_by_themselves():
    @dataclass
    class Option:
        spot: float
        strike: int = 3
        kind: Kind = Kind.PUT
        name: str = "an option"
        expiry: date = date(2030, 1, 1)
        on: bool = True
        flag: Any = np.bool_(True)  # noqa: RUF009
        activation: Any = tanh
        payoff: Any = squared_distance
        sine: Any = math.sin
        ufunc: Any = np.exp
        numbers: Any = float
        nothing: Any = None

    def value(o):
        assert (o.name, o.expiry, o.sine, o.ufunc, o.numbers, o.nothing) == (
            "an option", date(2030, 1, 1), math.sin, np.exp, float, None,
        )  # fmt: skip
        return o.activation(o.payoff(o.spot, o.strike)) if o.on is True and o.kind is Kind.PUT else 0.0 * o.spot

    slope = grad(value)(Option(3.5))
    assert slope.spot == pytest.approx((1 - math.tanh(0.25) ** 2) * 1.0, rel=1e-14)
    assert slope.strike == -slope.spot
    assert (slope.on, slope.kind, slope.name) == (True, Kind.PUT, "an option")
    f = compile(grad(value))
    for option in (Option(3.5), Option(3.5, on=False), Option(3.5, kind=Kind.CALL), Option(4.5)):
        assert f(option) == grad(value)(option)
    assert f(Option(3.5, on=False)).spot == 0.0


def test_compile_tells_static_fields_apart_by_type_and_sign_too():
    @dataclass
    class Setting:
        x: float
        n: Any = field(metadata={"static": True})

    f = compile(lambda s: s.x * (10.0 if s.n is True else math.copysign(1.0, s.n)))
    for n, expected in ((1, 2.0), (True, 20.0), (1.0, 2.0), (0.0, 2.0), (-0.0, -2.0), (False, 2.0), (math.nan, 2.0)):
        assert f(Setting(2.0, n)) == expected
    with pytest.raises(
        TypeError, match=r"the static field 'n' of a Setting holds \[1\], which cannot be hashed.*a tuple"
    ):
        f(Setting(2.0, [1]))


def test_compile_tells_the_order_of_a_dict_in_a_field():
    f = compile(lambda s: next(iter(s.angle.values())))
    assert f(made(Plain, {"angle": {"a": 1.0, "b": 2.0}})) == 1.0
    assert f(made(Plain, {"angle": {"b": 2.0, "a": 1.0}})) == 2.0


def test_static_fields_of_results_are_those_of_their_path():
    @dataclass
    class Result:
        price: Any
        inside: bool
        name: str = "inside"

    def f(x):
        return Result(x * x, bool(x > 2.0))

    g = compile(f)
    assert [g(x) for x in (1.0, 3.0, 2.0)] == [Result(1.0, False), Result(9.0, True), Result(4.0, False)]
    assert g(3.0).inside is True
    assert jacrev(f)(3.0) == jacfwd(f)(3.0) == Result(6.0, True)
    h = compile(f, in_axes=0)
    assert h(np.array([3.0, 4.0])).price.tolist() == [9.0, 16.0]
    assert h(np.array([3.0, 4.0])).inside is True
    with pytest.raises(
        TypeError, match=r"must have results of one structure.*inside=(True|False).*inside=(True|False)"
    ):
        h(np.array([1.0, 3.0]))


def test_static_fields_stay_so_in_derivatives_of_batches():
    @dataclass
    class Option:
        spot: Any
        on: bool = True

    f = compile(value_and_grad(lambda o: o.spot**2 if o.on is True else o.spot), in_axes=0, reduce="sum")
    for option in (Option(np.array([1.0, 2.0])), Option(np.array([1.0, 2.0]), on=False)):
        value, slope = f(option)
        assert (value, slope.spot, slope.on) == ((5.0, 6.0, True) if option.on else (3.0, 2.0, False))
        assert type(slope.on) is bool


@pytest.mark.parametrize(
    "kind",
    [make_dataclass("K", ["a", "b"]), attrs.make_class("K", ["a", "b"]), pydantic.create_model("K", a=Any, b=Any)],
    ids=["dataclass", "attrs", "pydantic"],
)
def test_what_is_no_number_is_refused_with_the_way_to_mark_it(kind):
    with pytest.raises(
        TypeError, match=r"^argument 0\[1\]\.b\['k'\]\[0\] takes one real number, not the complex.*first$"
    ):
        grad(lambda t: t[0])([1.0, kind(a=1.0, b={"k": [1j]})])
    with pytest.raises(TypeError, match=r"^argument 0\.b takes one .*'b' no variable\? Then .*\('?.*static': True}\)$"):
        grad(lambda t: t.a)(kind(a=1.0, b=object()))
    captured = 2.0
    with pytest.raises(TypeError, match=r"^argument 0\.b takes one real number, not <function"):
        grad(lambda t: t.b(t.a))(kind(a=1.0, b=lambda x: captured * x))
    with pytest.raises(TypeError, match=r"^argument 0\.b takes one real number, not <built-in method append"):
        grad(lambda t: t.b(t.a))(kind(a=1.0, b=[].append))


def test_what_can_be_called_is_taken_apart_all_the_same():
    @dataclass
    class Line:
        slope: float
        name: str = "line"

        def __call__(self, x):
            return self.slope * x

    class Line3(pydantic.BaseModel):
        slope: float

        def __call__(self, x):
            return self.slope * x

    class Line4(namedtuple("Line4", "slope")):  # noqa: PYI024, SLOT002 -- as it is often written
        def __new__(cls, degrees):
            return super().__new__(cls, 2.0 * degrees)

        def __call__(self, x):
            return self.slope * x

    for line, other in ((Line(2.0), Line(3.0)), (Line3(slope=2.0), Line3(slope=3.0)), (Line4(1.0), Line4(1.5))):
        f = compile(lambda line, x: line(x))
        assert [f(line, 5.0), f(other, 5.0), len(f.paths)] == [10.0, 15.0, 1]
        assert grad(lambda line, x: line(x))(line, 5.0).slope == 5.0
        g = compile(grad(lambda lines, x: lines[0](x)))
        assert [g([line], 5.0)[0].slope, g([other], 6.0)[0].slope] == [5.0, 6.0]


def test_fields_that_are_marked_are_handed_on_as_they_are():
    thing = object()

    @dataclass
    class A:
        x: float
        n: Any = field(metadata={"static": True})

    @attrs.define
    class B:
        x: float
        n: Any = attrs.field(metadata={"static": True})

    class C(pydantic.BaseModel):
        model_config = pydantic.ConfigDict(arbitrary_types_allowed=True)
        x: float
        n: Any = pydantic.Field(json_schema_extra={"static": True})
        m: float = pydantic.Field(default=2.0, json_schema_extra=lambda _: None)

    for kind in (A, B, C):
        for n in (thing, 3, [1.0]):
            slope = grad(lambda a: a.x * 2 if a.n is n else a.x)(kind(x=1.0, n=n))  # noqa: B023 -- called at once
            assert slope.x == 2.0
            assert slope.n is n


# --- what a copy could not carry ----------------------------------------------------------------------------


def test_numbers_in_attributes_that_are_no_fields_are_refused():
    @dataclass
    class Beam:
        angle: float

        def __post_init__(self):
            self.doubled = 2 * self.angle

    with pytest.raises(TypeError, match=r"^argument 0 holds a Beam, whose attribute 'doubled' \(180.0\) is not a"):
        grad(lambda b: b.doubled)(Beam(90.0))

    class Slotted:
        __slots__ = ("kept",)

    @dataclass(slots=True)
    class Below(Slotted):
        angle: float

    below = Below(1.0)
    assert grad(lambda b: b.angle * 2)(below).angle == 2.0
    below.kept = 3.0
    with pytest.raises(
        TypeError, match=r"whose attribute 'kept' \(3.0\) is not a field.*field\(init=False\), or make it a prop"
    ):
        grad(lambda b: b.kept)(below)

    class Private(pydantic.BaseModel):
        x: float
        _twice: float = 0.0

        def model_post_init(self, _context):
            self._twice = 2 * self.x

    class Loose(pydantic.BaseModel, extra="allow"):
        x: float

    for model, name in ((Private(x=1.0), "_twice"), (Loose(x=1.0, y=2.0), "y")):
        with pytest.raises(TypeError, match=rf"whose attribute '{name}' \(2.0\) is not a field"):
            grad(lambda m: m.x)(model)
    tuple_ = Named(90.0)
    tuple_.more = [1.0]
    with pytest.raises(TypeError, match=r"whose attribute 'more' \(\[1.0\]\) is not a field"):
        grad(lambda m: m.angle)(tuple_)


def test_settings_in_other_attributes_go_along():
    beam = Plain(90.0)
    beam.name, beam.nothing = "beam", None
    model = StrictModel(angle=90.0)
    tuple_ = Named(90.0)
    tuple_.name = "t"
    assert grad(lambda b: b.angle * (b.name == "beam") if b.nothing is None else 0.0)(beam).angle == 1.0
    assert grad(lambda b: b.angle * (b._calls == "private"))(model).angle == 1.0
    slope = grad(lambda b: b.angle * (b.name == "t"))(tuple_)
    assert (slope.angle, slope.name) == (1.0, "t")
    other = Named(90.0)
    other.name = "other"
    f = compile(lambda b: b.angle * (b.name == "t"))
    assert [f(tuple_), f(other), f(tuple_)] == [math.pi / 2, 0.0, math.pi / 2]
    assert model.model_fields_set == {"angle"}


def test_a_field_behind_a_property_is_refused():
    @dataclass
    class Behind:
        angle: float

        @property
        def angle(self):
            return self._angle

        @angle.setter
        def angle(self, degrees):
            self._angle = math.radians(degrees)

    with pytest.raises(TypeError, match=r"^argument 0 holds a Behind, whose field 'angle' is a property.*a dict"):
        grad(lambda b: b.angle)(Behind(90.0))


def test_a_broken_repr_hides_nothing():
    class Broken:
        def __repr__(self):
            raise ValueError

    beam = Plain(1.0)
    beam.more = Broken()
    with pytest.raises(TypeError, match=r"holds a Plain, whose attribute 'more' \(of type Broken\) is not a field"):
        grad(lambda b: b.angle)(beam)
    beam.more = list(range(100))
    with pytest.raises(TypeError, match=r"whose attribute 'more' \(\[0, 1, .{40,50}\.\.\.\) is not a field"):
        grad(lambda b: b.angle)(beam)


def test_fields_that_were_never_set_stay_so_and_defaults_of_the_class_count():
    @dataclass
    class Sparse:
        x: float
        later: float = field(init=False)
        scale: float = field(init=False, default=3.0)

    @dataclass(slots=True)
    class SparseSlots:
        x: float
        later: float = field(init=False)

    def f(s):
        assert not hasattr(s, "later")
        return s.x * getattr(s, "scale", 3.0)

    slope = grad(f)(Sparse(2.0))
    assert (slope.x, slope.scale, hasattr(slope, "later")) == (3.0, 2.0, False)
    assert grad(f)(SparseSlots(2.0)).x == 3.0
    aux = grad(lambda s: (s.x, s), has_aux=True)(Sparse(2.0))[1]
    assert (aux.x, aux.scale) == (2.0, 3.0)


class DictBased(dict):
    pass


class ListBased(list):
    pass


@dataclass
class OnDict(dict):
    x: float


@dataclass
class OnError(Exception):
    x: float


class Frame:
    """Quacks like a DataFrame: it has ``to_numpy()``, and an ``__array__``."""

    def to_numpy(self):
        return np.ones(2)

    __array__ = to_numpy


class Tensor:
    """Quacks like a tensor of another library."""

    def __array__(self, dtype=None, copy=None):
        return np.ones(2)


@pytest.mark.parametrize(
    ("tree", "remedy"),
    [
        (Frame(), r"Pass its numbers as an array: \.to_numpy\(\) of the Frame"),
        (Tensor(), r"Pass its numbers as an array: numpy\.asarray of the Tensor"),
        ({1.0, 2.0}, r"Pass its numbers in a list: list\(\.\.\.\) of the set"),
        (range(3), r"list\(\.\.\.\) of the range"),
        ((x for x in [1.0]), r"list\(\.\.\.\) of the generator"),
        ({1.0: 2}.values(), r"list\(\.\.\.\) of the dict_values"),
        (ListBased([1.0]), r"list\(\.\.\.\) of the ListBased"),
        (DictBased(a=1.0), r"Pass its numbers in a plain dict: dict\(\.\.\.\) of the DictBased"),
        (Counter("aab"), r"dict\(\.\.\.\) of the Counter"),
        (UserDict(a=1.0), r"dict\(\.\.\.\) of the UserDict"),
        (OnDict(1.0), r"dict\(\.\.\.\) of the OnDict"),
        (OnError(1.0), r"Pass numbers in lists, dicts, dataclasses or arrays"),
        (Subclass, r"<class '.*Subclass'> of type type$"),
        (functools.partial(math.pow, 2.0), r"Pass numbers in lists, dicts, dataclasses or arrays"),
        (SimpleNamespace(x=1.0), r"Pass numbers in lists, dicts, dataclasses or arrays"),
        (random.Random(1), r"Pass numbers in lists, dicts, dataclasses or arrays"),
        ("text", r"the str 'text', which does not spell a number$"),
    ],
    ids=lambda case: type(case).__name__,
)
def test_what_is_no_container_is_refused_with_the_way_out(tree, remedy):
    for function in (grad(lambda _: 1.0), jacfwd(lambda _: 1.0), lambda x: check_grads(lambda _: 1.0, (x,))):
        with pytest.raises(TypeError, match=r"argument 0 takes one real number, not[^§]*" + remedy):
            function(tree)


@pytest.mark.parametrize(
    "tree",
    [OrderedDict(b=1.0, a=2.0), defaultdict(list, b=1.0, a=2.0), deque([1.0, 2.0], maxlen=3)],
    ids=lambda case: type(case).__name__,
)
def test_the_containers_of_collections_keep_their_class(tree):
    slope = grad(lambda t: sum((t.values() if isinstance(t, dict) else t), start=0.0) * 3.0)(tree)
    assert type(slope) is type(tree)
    assert list(slope) == (list(tree) if isinstance(tree, dict) else [3.0, 3.0])
    assert list(slope.values() if isinstance(slope, dict) else slope) == [3.0, 3.0]


def test_a_class_that_is_registered_with_optree_is_left_to_it():
    @dataclass
    class Registered:
        x: float
        n: float

    optree.register_pytree_node(
        Registered, lambda r: ((r.x,), r.n), lambda n, parts: Registered(*parts, n), namespace="chainrule-tests"
    )
    assert declared(Registered) == {"x": False, "n": False}  # a namespace of one's own is nobody else's business

    @dataclass
    class Everywhere:
        x: float
        n: Any

    optree.register_pytree_node(
        Everywhere, lambda r: ((r.x,), r.n), lambda n, parts: Everywhere(*parts, n),
        namespace=optree.registry.__GLOBAL_NAMESPACE,
    )  # fmt: skip
    try:
        assert declared(Everywhere) is None
        assert grad(lambda e: e.x * e.n)(Everywhere(2.0, 7)) == Everywhere(7.0, 7)
    finally:
        optree.unregister_pytree_node(Everywhere, namespace=optree.registry.__GLOBAL_NAMESPACE)


def test_copies_inside_a_function_are_the_numbers_themselves():
    """As asdict, astuple and deepcopy make them: a copy of the graph would have derivative 0."""
    beam = Plain(90.0)
    for function in (  # each the square of the angle
        lambda b: dataclasses.asdict(b)["angle"] ** 2,
        lambda b: dataclasses.astuple(b)[0] ** 2,
        lambda b: dataclasses.replace(made(Slots, {"angle": b.angle}), angle=2.0).angle * 0.0 + b.angle**2,
        lambda b: copy.copy(b.angle) * b.angle,
        lambda b: copy.deepcopy(b.angle * b.angle),
        lambda b: copy.deepcopy([b.angle, b])[0] ** 2,
        lambda b: copy.deepcopy(np.array([b.angle, 1.0], dtype=object))[0] ** 2,
    ):
        assert grad(function)(beam).angle == pytest.approx(math.pi, rel=1e-15)
        assert jacfwd(function)(beam).angle == pytest.approx(math.pi, rel=1e-15)
        f = compile(grad(function))
        assert [f(beam).angle, f(Plain(45.0)).angle] == pytest.approx([math.pi, math.pi / 2], rel=1e-15)
        assert grad(lambda b, f=function: grad(f)(b).angle)(beam).angle == pytest.approx(2.0, rel=1e-15)
    w = Value(3.0, "w")
    slope = grad(lambda x: copy.deepcopy(x * w) * x)(2.0)
    slope.backward()
    assert (slope.data, w.grad) == (12.0, 4.0)  # linked to the w outside, and not to a copy of it
    kept = []
    grad(lambda b: kept.append(b.angle * 2) or b.angle)(beam)
    assert copy.deepcopy(kept[0]) is not kept[0]  # afterwards it is a Value as any other
    assert copy.copy(kept[0]) is not kept[0]
    assert pickle.loads(pickle.dumps(kept[0])).data == kept[0].data
    with pytest.raises(ConversionError, match=r"pickling of .* in a function that is differentiated, at "):
        grad(lambda b: pickle.loads(pickle.dumps(b.angle)) ** 2)(beam)


def test_a_copy_does_not_write_to_what_it_was_made_of():
    class Loose(pydantic.BaseModel):
        x: float
        y: float = 1.0

    model = Loose(x=1.0)

    def f(m):
        m.y = m.x * 2
        return m.y

    assert grad(f)(model).x == 2.0
    assert model.y == 1.0
    assert model.model_fields_set == {"x"}
    beam = weakref.ref(Slots(90.0))
    assert beam() is None


def test_results_keep_what_is_no_value_and_forget_what_was_cached_of_values():
    cached = Cached(Value(90.0))
    assert isinstance(cached.angle, Value)
    settled = map_values(lambda value: value.data, cached)
    assert type(settled.angle) is float
    assert settled.angle == math.pi / 2
    same = Plain(1.0)
    assert map_values(lambda value: value.data, same) is same
    on_dict = OnDict(Value(1.0))
    assert map_values(lambda value: value.data, on_dict) is on_dict  # no class for which a copy is its fields
    named = made(Named, {"angle": Value(2.0)})
    assert map_values(lambda value: value.data, named) == made(Named, {"angle": 2.0})
