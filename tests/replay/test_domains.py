"""Exceptions of the domain that the user's code catches: a compiled function follows them as the plain one does."""

import contextlib
import itertools
import math

import numpy as np
import pytest

import autograd as ag
from autograd import DomainError, GuardError, RecordingError, errstate, load, value_and_grad, where
from autograd import compile as compiled
from autograd.replay import recorder
from autograd.replay.recorder import can_refuse, refusal_of


def ratio(x, y):
    try:
        return x / y
    except ZeroDivisionError:
        return 0 * x


def by_value_error(x, y):
    try:
        return ag.log(x) * y
    except ValueError:
        return y - x


def by_overflow(x, y):
    try:
        return ag.exp(700.0 * x) + y
    except OverflowError:
        return y * 2.0


def by_arithmetic(x, y):
    try:
        return ag.exp(700.0 * x) / y
    except ArithmeticError:
        return x + y


def by_either(x, y):
    try:
        return ag.sqrt(x) / y
    except (ZeroDivisionError, DomainError):
        return x * y


def by_bare(x, y):
    try:
        result = x**0.5
    except:  # noqa: E722 -- one of the ways in which people write it
        result = -x
    return result + y


def by_suppress(x, y):
    result = y
    with contextlib.suppress(ValueError):
        result = ag.log(x)
    return result * 3.0


@contextlib.contextmanager
def lenient():
    try:
        yield
    except ValueError:
        return


def by_own_manager(x, y):
    result = y
    with lenient():
        result = ag.sqrt(x)
    return result + 1.0


def helper(x):
    return 1.0 / x


def by_a_caller(x, y):
    try:
        return helper(x) + ag.sqrt(y)
    except ZeroDivisionError:
        return y
    except ValueError:
        return -y


def in_a_loop(x, y):
    total = 0.0 * x
    for shift in (0.0, 1.0, 2.0):
        try:
            total = total + 1.0 / (x - shift)
        except ZeroDivisionError:
            total = total - y
    return total


def unused(x, y):
    try:
        1.0 / x
        return x * y
    except ZeroDivisionError:
        return y


def by_else(x, y):
    try:
        root = ag.sqrt(x)
    except ValueError:
        root = ag.sqrt(-x)
    else:
        root = root + y
    finally:
        y = y * 2.0
    return root * y


def nested(x, y):
    try:
        try:
            return ag.log(x)
        except ZeroDivisionError:  # not what log raises
            return x
    except ValueError:
        return y


def by_generator(x, y):
    try:
        return sum(1.0 / part for part in (x, y, 4.0))
    except ZeroDivisionError:
        return x + y


FUNCTIONS = [
    ratio, by_value_error, by_overflow, by_arithmetic, by_either, by_bare, by_suppress, by_own_manager, by_a_caller,
    in_a_loop, unused, by_else, nested, by_generator,
]  # fmt: skip
POINTS = list(itertools.product((2.0, 0.0, -1.0, 1.0), (3.0, 0.0, -2.0)))


def as_written(f, x, y):
    result = f(ag.Value(x), ag.Value(y))
    return result.data if isinstance(result, ag.Value) else result


@pytest.mark.parametrize("checked", [False, True])
@pytest.mark.parametrize("f", FUNCTIONS)
def test_it_follows_what_is_caught_in_any_order(f, checked):
    for points in (POINTS, POINTS[::-1], POINTS[5:] + POINTS[:5]):
        g = compiled(f, checked=checked)
        for x, y in points * 2:
            try:
                expected = as_written(f, x, y)
            except DomainError as error:
                if checked:
                    with pytest.raises(type(error)):
                        g(x, y)
                continue
            assert g(x, y) == expected, (x, y)


BY_ARRAYS = list(itertools.product(["python", "numpy"], [False, True], FUNCTIONS))
BY_KERNELS = list(itertools.product(["auto"], [True], [by_value_error, by_arithmetic, by_either, by_bare]))
"""Each operation that refuses, once: a kernel takes seconds to compile."""
OTHERS = [case for case in itertools.product(["auto"], [False, True], FUNCTIONS) if case not in BY_KERNELS]


@pytest.mark.parametrize(
    ("backend", "checked", "f"),
    [*BY_ARRAYS, *BY_KERNELS, *(pytest.param(*case, marks=pytest.mark.slow) for case in OTHERS)],
)
def test_it_follows_what_is_caught_in_a_batch(f, backend, checked):
    points = []
    for x, y in POINTS:
        with contextlib.suppress(DomainError):
            points.append((x, y, as_written(f, x, y)))
    xs, ys, expected = map(np.array, zip(*points, strict=True))
    np.testing.assert_allclose(compiled(f, in_axes=0, backend=backend, checked=checked)(xs, ys), expected, rtol=1e-14)
    total = compiled(f, in_axes=0, backend=backend, checked=checked, reduce="sum")(xs[::-1].copy(), ys[::-1].copy())
    assert total == pytest.approx(expected.sum(), rel=1e-13)


@pytest.mark.filterwarnings("ignore::autograd.GradientWarning")
@pytest.mark.parametrize("checked", [False, True])
@pytest.mark.parametrize("f", FUNCTIONS)
def test_it_follows_what_is_caught_in_a_gradient(f, checked):
    plain = value_and_grad(f, argnums=(0, 1))
    for g in (compiled(plain, checked=checked), value_and_grad(compiled(f, checked=checked), argnums=(0, 1))):
        for x, y in POINTS:
            try:
                expected = plain(x, y)
            except DomainError:
                continue
            np.testing.assert_equal(g(x, y), expected)


def test_without_an_except_a_replay_goes_on_in_ieee_arithmetic_and_a_checked_one_raises():
    f, checked = compiled(lambda x: 1.0 / x), compiled(lambda x: 1.0 / x, checked=True)
    for x in (2.0, 0.0, 4.0):
        assert f(x) == (1.0 / x if x else math.inf)
    assert checked(2.0) == 0.5
    for _ in range(2):
        with pytest.raises(ag.DivisionDomainError, match=r"div\(1.0, x = 0.0\) is outside the domain"):
            checked(0.0)
    assert len(f.paths) == len(checked.paths) == 1


def test_what_an_except_does_not_match_goes_on_in_ieee_arithmetic():
    def f(x):
        try:
            return ag.log(x) + 1.0
        except KeyError:
            return x

    for order in ((2.0, -1.0, 0.0), (0.0, -1.0, 2.0)):
        g = compiled(f)
        for x in order:
            np.testing.assert_equal(g(x), 1.0 + (math.log(x) if x > 0.0 else -math.inf if x == 0.0 else math.nan))


def test_an_exception_that_the_function_raises_itself_is_the_callers():
    def f(x):
        try:
            return 1.0 / x
        except ZeroDivisionError:
            raise KeyError("no such rate") from None

    for checked in (False, True):
        g = compiled(f, checked=checked)
        assert g(2.0) == 0.5
        with pytest.raises(KeyError, match="no such rate"):
            g(0.0)
        assert g(4.0) == 0.25


def test_errstate_inside_the_function():
    def f(x):
        with errstate(domain="nan"):
            y = ag.log(x)
        return where(ag.greater(x, 0.0), y, 7.0)

    def raising(x):
        with errstate(domain="raise"):
            return ag.log(x)

    for checked in (False, True):
        g = compiled(f, checked=checked)
        assert (g(1.0), g(-1.0), len(g.paths)) == (0.0, 7.0, 1)
        h = compiled(raising, checked=checked)
        assert h(1.0) == 0.0
        with pytest.raises(DomainError, match="log"):
            h(-1.0)


def test_a_checked_function_leaves_derivatives_in_ieee_arithmetic_as_the_plain_one_does():
    for f in (compiled(ag.grad(ag.sqrt), checked=True), ag.grad(compiled(ag.sqrt, checked=True))):
        assert [f(x) for x in (4.0, 0.0, 4.0)] == [0.25, math.inf, 0.25]


def test_the_settings_of_this_library_catch_nothing():
    def f(x):
        with ag.scope("rate"):
            return ag.log(x) / x

    g = compiled(f)
    assert g(1.0) == 0.0
    assert not g.tape.guards


def test_a_plain_number_outside_a_domain_is_followed_too():
    rate = 0.0

    def f(x):
        try:
            return x * ag.log(rate)
        except ValueError:
            return -x

    assert compiled(f)(3.0) == -3.0
    assert compiled(lambda x: x * ag.log(rate))(3.0) == -math.inf


def test_on_flip_raise_says_which_operation():
    g = compiled(ratio, on_flip="raise")
    assert g(1.0, 2.0) == 0.5
    with pytest.raises(GuardError, match="div was not outside its domain when this was recorded, and is now, at"):
        g(1.0, 0.0)
    h = compiled(ratio, max_paths=1)
    with pytest.raises(GuardError, match=r"max_paths=1 are recorded. Choose an input in the domain with where\(\)"):
        [h(1.0, y) for y in (2.0, 0.0)]


def test_files_and_source_keep_it(tmp_path):
    def f(x, y):
        try:
            return x**0.5 / y + ag.log1p(x)
        except ArithmeticError:
            return x
        except ValueError:
            return y

    g = compiled(f)
    points = [(4.0, 2.0), (4.0, 0.0), (-0.5, 3.0), (-2.0, 3.0)]
    expected = [as_written(f, *point) for point in points]
    assert [g(*point) for point in points] == expected
    g.save(tmp_path / "g")
    loaded = load(tmp_path / "g")
    assert [loaded(*point) for point in points] == expected
    namespace = {}
    exec(g.source(), namespace)
    assert [namespace["replay"](*point)[0] for point in points] == expected
    for language, export in (("C", lambda: g.source("c")), ("JAX", g.to_jax)):
        with pytest.raises(NotImplementedError, match=f"catches that .* and {language} goes on in IEEE arithmetic"):
            export()


def test_which_operations_can_refuse():
    total = [
        "add",
        "sub",
        "mul",
        "neg",
        "abs",
        "tanh",
        "relu",
        "maximum",
        "where",
        "sigmoid",
        "fsum",
        "dot",
        "identity",
    ]
    partial = ["div", "log", "sqrt", "exp", "sin", "acos", "lgamma", "take", "atanh", "cosh"]
    assert not [name for name in total if can_refuse(ag.primitives.PRIMITIVES[name])]
    assert [name for name in partial if can_refuse(ag.primitives.PRIMITIVES[name])] == partial
    assert can_refuse(ag.primitives.PRIMITIVES["pow"].capture(0.5))
    assert refusal_of(ag.log) is refusal_of(ag.log)


def test_a_users_operation_that_refuses():
    op = ag.primitive(
        "shy", forward=lambda x: math.sqrt(x - 1.0), partials=lambda x, out: (0.5 / out,), ieee=lambda x: 5.0
    )
    try:

        def f(x):
            try:
                return op(x)
            except ValueError:
                return 2.0 * x

        for g in (compiled(f), compiled(f, checked=True)):
            assert [g(x) for x in (5.0, 0.0, 2.0)] == [2.0, 0.0, 1.0]
        assert compiled(f, in_axes=0, backend="numpy")(np.array([5.0, -3.0, 2.0])).tolist() == [2.0, -6.0, 1.0]
    finally:
        del ag.primitives.PRIMITIVES["shy"]


def test_a_word_where_paths_keep_coming():
    def length(x):
        n = 0.0
        while x > 1.0:
            x, n = x - 1.0, n + 1.0
        return n + x

    g = compiled(length)
    with pytest.warns(
        ag.RecordingWarning, match=r"32 calls .* '>' .*greater\(a, b\).* A loop whose length depends"
    ) as told:
        assert [g(n + 0.5) for n in range(60)] == [length(n + 0.5) for n in range(60)]
    assert len(told) == 1
    assert len(g.paths) < 12
    batch = compiled(length, in_axes=0, backend="numpy")
    batch(np.arange(31) + 0.5)
    with pytest.warns(ag.RecordingWarning, match=r"32 paths .* '>' .*greater\(a, b\)"):
        batch(np.array([31.5, 32.5]))
    h = compiled(length, max_paths=2)
    with pytest.raises(GuardError, match=r"max_paths=2 are recorded. Choose with where\(greater\(a, b\), x, y\)"):
        [h(n + 0.5) for n in range(4)]


def test_where_with_a_comparison_as_a_number_needs_no_paths():
    loss = compiled(ag.grad(lambda z: sum(where(ag.greater(e, 0.0), e * e, 0.0) for e in z)), in_axes=0)
    z = np.random.default_rng(0).normal(size=(500, 10))
    np.testing.assert_array_equal(loss(z), np.where(z > 0.0, 2.0 * z, 0.0))
    assert len(loss.paths) == 1


def test_detect_anomaly_inside_is_refused():
    def f(x):
        with ag.detect_anomaly():
            return x * x

    with pytest.raises(RecordingError, match="put it around the call of the compiled function"):
        compiled(f)(1.0)


@pytest.mark.parametrize("name", ["a function of NumPy", "arrays", "a matrix product"])
def test_asking_where_an_operation_is_defined_makes_numpy_warn_of_nothing(name):
    """It is asked at numbers that overflow, and may be asked inside a loop of NumPy's over Values."""
    function = {
        "a function of NumPy": lambda x: (x * np.eye(2))[0, 0],
        "arrays": lambda x: (np.array([x, x]) * np.array([x, 1.0 * x]))[0],
        "a matrix product": lambda x: np.array([x, x]) @ np.array([x, 1.0 * x]),
    }[name]
    recorder._NEVER_REFUSE.clear()
    can_refuse.cache_clear()
    assert compiled(function)(2.0) == function(2.0)
