"""Operations translated to JavaScript, in a real browser: their values and partials against Python's."""

from __future__ import annotations

import functools
import itertools
import math

import numpy as np
import pytest

import autograd as ag
from autograd import Value, errstate, javascript, log
from autograd.primitives import PRIMITIVES
from tests.support.backends import HARD, SPECIAL, arity, name, table
from tests.support.pages import PLAIN, REAL, unwired, wired

PAIRED = (0.0, -0.0, 1.0, -1.0, 0.5, -2.0, 3.0, 1 / 3, -7.3, 40.0, 1e-8, 1e308, math.inf, -math.inf, math.nan)


def test_the_whole_table_in_javascript(browser):
    """Values and partials at hard and special points, signs of zeros included."""
    ops = table()
    cases = []
    pick = np.random.default_rng(3)
    for k, op in enumerate(ops):
        n = arity(op)
        numbers = (*HARD, *SPECIAL) if n == 1 else PAIRED
        points = list(itertools.product(numbers, repeat=n)) if n <= 2 else pick.choice(numbers, (200, n)).tolist()
        points += pick.normal(size=(10, n)).tolist()
        for point in points:
            with errstate(domain="nan"):
                values = [Value(x) for x in point]
                out = (op.base or op)(*values, *op.constants)
                cases.append((k, point, out.data, out.partials()))
    wanted = [
        [k, [wired(x) for x in point], wired(out), [wired(x) for x in partials]] for k, point, out, partials in cases
    ]
    page = browser.new_page()
    got = page.evaluate(
        f"""(cases) => {{
            const [real, plain] = [{REAL}, {PLAIN}];
            const operations = {javascript([(op, arity(op)) for op in ops])};
            return cases.map(([k, inputs, out]) => [
                plain(operations[k].evaluate(inputs.map(real))[0]),
                ...operations[k].partials(inputs.map(real), real(out)).map(plain),
            ]);
        }}""",
        wanted,
    )
    page.close()
    assert len(cases) > 5_000
    found = [[unwired(x) for x in mine] for mine in got]
    true = [[out, *partials] for _, _, out, partials in cases]
    assert list(map(len, found)) == list(map(len, true))
    with np.errstate(invalid="ignore", over="ignore"):
        close = np.isclose(np.concatenate(found), np.concatenate(true), rtol=1e-12, atol=0.0, equal_nan=True)
    owners = np.repeat(np.arange(len(cases)), list(map(len, true)))
    wrong = [(name(ops[cases[i][0]]), cases[i][1], found[i], true[i]) for i in owners[~close]]
    assert wrong == []


SCALES = ((1.0, 2.0), (0.5, -1.0))


def halves(x, times=2):
    if x < -5.0:
        raise ValueError("too small")
    return x / 2.0**times if times > 0 else x


def of_python(x, y):
    """Everything that short numerical code is made of."""
    total: float = 0.0
    parts = [x, y] + [1.0] * 2
    parts.append(x)
    parts.extend(sorted(parts[::2]))
    for k, part in enumerate(parts, start=1):
        if not part:
            continue
        total += part * k
    while abs(total) > 50.0 and x not in (1.0, 2.0):
        total //= 3.0
        if total < 20.0:
            break
    for scale, shift in SCALES:
        total = total * scale + shift
    try:
        total = total % y + halves(x)
    except (ZeroDivisionError, OverflowError):
        total = -math.inf
    except ValueError:
        total = halves(y, 0) if y > 0.0 else 7.0
    return total


def of_sequences(x, y):
    both = (x, y)
    squares = [z * z if z > 0.0 or z < -1.0 else 0.5 for z in both if both]
    total = sum(squares) + len(squares) + max(both) - min(x, y, 0.5) + parts_of(*both)[-1]
    total += functools.reduce(lambda a, b: a + 0.5 * b, [*both, 3.0], 1.0)
    total += sum(a * b for a, b in zip(both, reversed(both), strict=True)) + math.prod(range(1, 4)) + both[::-1][0]
    if any(z == 1.0 for z in both) and not all(map(math.isfinite, both)):
        total -= 1.0
    elif x.is_integer() or (x < y <= 4.0):
        total += int(x) ** 2 + pow(abs(y), 0.5)
    else:
        pass
    twice = lambda z: 2.0 * z  # noqa: E731 -- one kind of code that is met
    pair, one = [x, y], 1.0
    total += (x // 0.1) + (x % 0.1) + (x % -0.3) + math.copysign(1.0, math.trunc(-0.5 * x * x / 100.0))
    left, right = [y, x]
    total += left - right
    total += twice(x) + 1.0 * (not x) + (pair + [one])[2] + SCALES[0][1] * SCALES[1][0]  # noqa: RUF005 -- the same
    mantissa, exponent = math.frexp(total)
    return math.ldexp(mantissa, exponent) + math.copysign(math.remainder(x, 2.0), y) + math.factorial(3)


def parts_of(*values):
    return tuple(-value for value in values)


def of_a_handler_that_returns_on_one_way(x, y):
    scale = 5.0
    try:
        total = math.log(x)
    except ValueError:
        if y > 0.0:
            return 1.0 + y
        total = 0.5
        scale = 2.0
    return scale * total + y


@pytest.mark.parametrize(
    "forward", [of_python, of_sequences, of_a_handler_that_returns_on_one_way, lambda x, y: halves(x) - halves(y, 3)]
)
def test_python_s_ways_are_kept(browser, define, forward):
    op = define("of_python", forward=forward, partials=lambda x, y, out: (out - y, x**2 / y))
    points = list(itertools.product([0.5, -0.0, 2.0, -3.0, 1.0, 7.25, -6.0, 100.0], repeat=2))
    page = browser.new_page()
    got = page.evaluate(
        f"""(points) => {{
            const [op] = {javascript([op])};
            return points.map((at) => {{
                const [value, inside] = op.evaluate(at);
                return [({PLAIN})(value), inside, ...op.partials(at, value).map({PLAIN})];
            }});
        }}""",
        points,
    )
    page.close()
    for point, (value, inside, *partials) in zip(points, got, strict=True):
        with errstate(domain="nan"):
            expected = op(*map(Value, point))
        try:
            forward(*point)
        except (ArithmeticError, ValueError):
            assert not inside, point
        else:
            assert inside, point
        np.testing.assert_allclose(
            [unwired(x) for x in (value, *partials)],
            [expected.data, *expected.partials()],
            rtol=1e-13,
            err_msg=str(point),
        )


def test_whether_an_operation_is_inside_its_domain(browser):
    page = browser.new_page()
    x = Value(2.0)
    points = [
        [(log(x).op), 2.0, True],
        [log(x).op, -1.0, False],
        [ag.exp(x).op, 1000.0, False],
        [(x**-1).op, 0.0, False],
    ]
    ops = [op for op, _, _ in points]
    inside = page.evaluate(
        f"(inputs) => {javascript(ops)}.map((op, k) => op.evaluate([inputs[k]])[1])", [at for _, at, _ in points]
    )
    page.close()
    assert inside == [told for _, _, told in points]


def test_zeros_sum_to_zero_whatever_their_signs(browser):
    """As in math.fsum: also where there is nothing else, and where the rest cancels."""
    points = [[-0.0] * n for n in (1, 2, 3, 5)] + [[-0.0, 2.0, -2.0], [-3.0, -0.0, 3.0, -0.0]]
    ops = [(PRIMITIVES[name], len(point)) for name in ("fsum", "mean") for point in points]
    page = browser.new_page()
    signs = page.evaluate(
        f"(points) => {javascript(ops)}.map((op, k) => String(1 / op.evaluate(points[k].map({REAL}))[0]))",
        [[wired(x) if x else "-0" for x in point] for point in points * 2],
    )
    page.close()
    assert signs == ["Infinity"] * len(ops)
    assert [math.copysign(1.0, op.forward(*point)) for (op, _), point in zip(ops, points * 2, strict=True)] == (
        [1.0] * len(ops)
    )
