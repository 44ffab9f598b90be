"""Static arguments of compiled functions, and which kinds of arguments grad and compile take."""

import datetime as dt
import enum
import fractions
import math
import re
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple, Self

import numpy as np
import pytest

import autograd as ag
from autograd import RecordingError, Value, grad, load, value_and_grad
from autograd import compile as compiled


class Kind(enum.Enum):
    SQUARE = "square"
    LINE = "line"


class Whole(enum.IntEnum):
    TWO = 2


def square(x):
    return x * x


def by(x, how):
    """A function of what was given: told apart in the ways in which people tell."""
    if how is True or how == "square" or how is Kind.SQUARE or how is square or how is Whole.TWO:
        return x * x
    if callable(how):
        return how(x)
    if isinstance(how, dt.date):
        return x * how.year
    if isinstance(how, (tuple, list)):
        return by(x, how[0]) * how[1]
    if isinstance(how, dict):
        return by(x, how["how"]) + how["shift"]
    return x


SETTINGS = [
    (True, 9.0), (False, 3.0), (None, 3.0), ("square", 9.0), ("line", 3.0), (Kind.SQUARE, 9.0), (Kind.LINE, 3.0),
    (Whole.TWO, 9.0), (square, 9.0), (ag.tanh, ag.tanh(3.0)), (abs, 3.0), (dt.date(2020, 1, 2), 6060.0),
    (dt.time(1, 2), 3.0), (("square", 2.0), 18.0), ([square, 2.0], 18.0),
    ({"how": "square", "shift": 1.0}, 10.0), ({"how": (Kind.SQUARE, 2.0), "shift": 1.0}, 19.0),
]  # fmt: skip


@pytest.mark.parametrize(("how", "expected"), SETTINGS)
def test_what_is_no_number_is_static_by_itself(how, expected):
    f = compiled(by)
    for _ in range(2):
        assert f(3.0, how) == expected
        assert f(3.0, how=how) == expected
    assert len(f.paths) == 2
    assert compiled(by, checked=True)(3.0, how) == expected
    slopes = [g(3.0, how) for g in (grad(by), compiled(grad(by)), grad(f))]
    assert slopes[0] == slopes[1] == slopes[2]
    batch = compiled(by, in_axes=(0, None))(np.array([3.0, 3.0]), how)
    np.testing.assert_allclose(batch, [expected] * 2, rtol=1e-15)
    np.testing.assert_array_equal(
        compiled(by, in_axes=0)(np.array([3.0]), how if expected == 3.0 else "square").shape, (1,)
    )


def test_all_settings_in_one_function():
    f = compiled(by)
    for _ in range(2):
        assert [f(3.0, how) for how, _ in SETTINGS] == [expected for _, expected in SETTINGS]


def repeated(x, n=2, *, more=0):
    for _ in range(n + more):
        x = x * 2.0
    return x


@pytest.mark.parametrize(
    "static",
    [
        {"static_argnums": 1, "static_argnames": "more"},
        {"static_argnums": (1,), "static_argnames": ["more"]},
        {"static_argnums": -1, "static_argnames": ("more",)},
        {"static_argnames": ("n", "more")},
        {"static_argnums": [np.int64(1)], "static_argnames": "more"},
    ],
)
def test_ints_that_are_named_static(static):
    f = compiled(repeated, **static)
    assert [f(1.0, n) for n in (0, 3, 3, 2)] == [1.0, 8.0, 8.0, 4.0]
    assert (f(1.0), f(1.0, n=3), f(1.0, n=1, more=2)) == (4.0, 8.0, 8.0)
    assert compiled(grad(repeated), **static)(1.0, 3, more=1) == 16.0
    assert grad(f)(1.0, 3, more=1) == 16.0
    assert f(Value(1.0), 3).data == 8.0
    batched = compiled(repeated, in_axes=(0, None), **static)
    assert batched(np.array([1.0, 2.0]), 3).tolist() == [8.0, 16.0]


def test_an_int_and_a_float_and_a_bool_are_three_settings():
    f = compiled(lambda x, n: x * (3.0 if n is True else 2.0 if isinstance(n, float) else 1.0), static_argnums=1)
    assert [f(1.0, n) for n in (1, 1.0, True, 1, -0.0, 0.0)] == [1.0, 2.0, 3.0, 1.0, 2.0, 2.0]
    assert len(f.paths) == 5


def test_static_arguments_of_methods_and_of_functions_with_any_number():
    class Repeated:
        @compiled(static_argnums=2)
        def by_place(self, x, n):
            return repeated(x, n)

        @compiled(static_argnames="n")
        def by_name(self, x, n):
            return repeated(x, n)

    for method in (Repeated().by_place, Repeated().by_name):
        assert (method(1.0, 3), method(1.0, n=2)) == (8.0, 4.0)
    many = compiled(lambda x, *ns: x * len(range(*ns)), static_argnums=(1, 2))
    assert (many(1.0, 3), many(1.0, 1, 3)) == (3.0, 2.0)
    assert compiled(max, static_argnums=5)(1.0, 2.0) == 2.0


@pytest.mark.parametrize(
    ("settings", "error", "message"),
    [
        ({"static_argnums": "n"}, TypeError, "static_argnums must be an int or a tuple of ints, got 'n'"),
        ({"static_argnums": True}, TypeError, "static_argnums must be an int or a tuple of ints, got True"),
        ({"static_argnames": 1}, TypeError, "static_argnames must be a str or a tuple of strs, got 1"),
        ({"static_argnums": 2}, ValueError, "static_argnums names argument 2, and repeated takes 2 by position: x, n"),
        ({"static_argnums": -3}, ValueError, "static_argnums names argument -3, and repeated takes 2 by position"),
        ({"static_argnames": "k"}, ValueError, "names 'k', which is not a parameter of repeated: it takes x, n"),
    ],
)  # fmt: skip
def test_bad_names_of_static_arguments_are_told_at_once(settings, error, message):
    with pytest.raises(error, match=message):
        compiled(repeated, **settings)


def test_what_has_no_hash_cannot_be_static():
    f = compiled(lambda x, sizes: x * len(sizes), static_argnums=1)
    with pytest.raises(
        TypeError,
        match=r"argument 1 of <lambda> is static, so it must be hashable, got \[1, 2\] of type list: pass a tuple",
    ):
        f(1.0, [1, 2])
    with pytest.raises(TypeError, match=r"argument 'sizes' of <lambda> is static, .* pass an immutable object"):
        f(1.0, sizes={"a": 1})
    assert f(1.0, (1, 2)) == 2.0


@pytest.mark.parametrize(
    ("f", "arguments"),
    [(repeated, (1.0, 3)), (lambda t, i: t[i], ([1.0, 2.0], 1)), (lambda x, n: x * [1.0, 2.0][n], (1.0, 1))],
)
def test_an_int_that_shapes_the_program_is_refused_with_the_way_out(f, arguments):
    with pytest.raises(
        RecordingError, match=r"index\(\) of .* static_argnums or static_argnames .* autograd.take\(values, index"
    ):
        compiled(f)(*arguments)


def test_recordings_of_static_arguments_do_not_pile_up(monkeypatch):
    monkeypatch.setattr("autograd.replay.compiler._MOST_SIGNATURES", 3)
    f = compiled(lambda x, how: how(x))
    for k in range(10):
        assert f(2.0, lambda x, k=k: x * k) == 2.0 * k
    assert len(f.paths) <= 3
    assert f(2.0, square) == 4.0


def test_files_and_exports(tmp_path):
    f = compiled(lambda x, on, name, n: repeated(x, n) if on and name == "a" else x, static_argnames="n")
    assert (f(1.0, True, "a", 3), f(1.0, False, "a", n=2)) == (8.0, 1.0)
    f.save(tmp_path / "f")
    loaded = load(tmp_path / "f")
    assert (loaded(2.0, True, "a", 3), loaded(2.0, False, "a", n=2)) == (16.0, 2.0)
    with pytest.raises(
        TypeError, match=r"is a tape that takes \(number, True, 'a', 3\) or \(.*\), not \(number, True, 'a', 2\)"
    ):
        loaded(2.0, True, "a", 2)
    g = compiled(by)
    g(1.0, square)
    with pytest.raises(TypeError, match="a static argument that a file cannot hold"):
        g.save(tmp_path / "g")
    assert "def replay(x" in g.source()


def test_jax_takes_the_same_settings():
    jax = pytest.importorskip("jax")
    f = compiled(by)
    f(3.0, "square")
    with jax.enable_x64(True):
        exported = f.to_jax()
        assert float(exported(4.0, "square")) == 16.0
        with pytest.raises(TypeError, match=r"argument 1 has the static parts \['line'\], and had \['square'\]"):
            exported(4.0, "line")


# --- the same kinds of arguments for grad and for compile -------------------------------------------------

TAKEN = [
    2.0, 2, np.float32(2.0), np.int64(2), fractions.Fraction(2), Decimal(2), np.array(2.0), np.array([2.0, 3.0]),
    np.array([2, 3]), [2.0, 3], (2.0, {"a": 3.0}), np.array([[2.0], [3.0]]),
]  # fmt: skip
REFUSED = [1j, {1.0, 2.0}, np.array(["a"]), np.array([1j]), object(), range(3), [object()]]


def total(tree):
    return sum(ag.replay.signature.optree.tree_leaves(ag.replay.signature.optree.tree_map(np.sum, tree)))


@pytest.mark.parametrize("argument", TAKEN, ids=repr)
def test_what_grad_takes_compile_takes(argument):
    f = value_and_grad(lambda t: total(t) * 2.0)
    for g in (compiled(f), value_and_grad(compiled(lambda t: total(t) * 2.0))):
        np.testing.assert_equal(g(argument), f(argument))


@pytest.mark.parametrize("argument", REFUSED, ids=lambda argument: re.sub(" at 0x[0-9a-f]+", "", repr(argument)))
def test_what_grad_refuses_compile_refuses(argument):
    for g in (grad(lambda t: 1.0), compiled(lambda t: 1.0), compiled(grad(lambda t: 1.0))):
        with pytest.raises(TypeError, match="argument 0"):
            g(argument)


class Table:
    """A table of pandas, as this library sees it."""

    def to_numpy(self):
        return np.array([1.0, 2.0])


def test_a_table_is_refused_with_the_remedy():
    for g in (grad(total), compiled(total), compiled(grad(total)), grad(compiled(total))):
        with pytest.raises(TypeError, match=r"argument 0 .* \.to_numpy\(\) of the Table"):
            g(Table())
    assert compiled(total)(Table().to_numpy()) == 3.0


@pytest.mark.parametrize(
    ("function", "one", "other"),
    [
        (lambda x, n: x * math.copysign(1.0, n[0]), (0.0,), (-0.0,)),
        (lambda x, n: x * (2.0 if isinstance(n[0], bool) else 3.0), (1,), (True,)),
        (lambda x, n: x * (2.0 if isinstance(n[0], float) else 3.0), (1,), (1.0,)),
        (
            lambda x, n: x * n.hour,
            dt.datetime(2026, 1, 1, 12, tzinfo=dt.UTC),
            dt.datetime(2026, 1, 1, 17, tzinfo=dt.timezone(dt.timedelta(hours=5))),
        ),
    ],
)
def test_equal_static_arguments_that_differ_are_told_apart(function, one, other):
    assert one == other
    f = compiled(function, static_argnums=1)
    for n in (one, other, one):
        assert f(2.0, n) == function(2.0, n)
    assert len(f.paths) == 2


class Turned(NamedTuple("Turned", [("angle", float), ("name", str)])):
    """An angle that its constructor turns from degrees to radians, with a name, which is static."""

    __slots__ = ()

    def __new__(cls, angle: float, name: str) -> Self:
        return super().__new__(cls, math.radians(angle), name)


def test_a_record_with_static_fields_is_not_constructed_again():
    turned = Turned(90.0, "right")
    assert compiled(lambda t: t.angle * 2.0)(turned) == math.pi
    assert compiled(lambda held: held[0].angle * 2.0)([turned]) == math.pi
    for transform in (value_and_grad, lambda f: compiled(value_and_grad(f))):
        value, slope = transform(lambda t: t.angle * 2.0 if t.name == "right" else 0.0 * t.angle)(turned)
        assert (value, slope.angle, slope.name) == (math.pi, 2.0, "right")


@dataclass
class Priced:
    """A field that is a number."""

    x: float


@pytest.mark.parametrize("place", [lambda word, priced: (word, priced), lambda word, priced: {"b": priced, "a": word}])
def test_a_word_beside_a_dataclass(place):
    def f(x, both):
        word, priced = both if isinstance(both, tuple) else (both["a"], both["b"])
        return x * priced.x * (2.0 if word == "twice" else 3.0)

    both = compiled(ag.value_and_grad(f, argnums=0))
    for word, times in (("twice", 2.0), ("thrice", 3.0), ("twice", 2.0)):
        assert both(5.0, place(word, Priced(1.5))) == (5.0 * 1.5 * times, 1.5 * times)
