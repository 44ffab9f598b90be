"""Operations in all the kinds of Python that are translated, each a trap of its own for C or for JavaScript."""

from __future__ import annotations

import functools
import itertools
import math

LOW, HIGH = (1.0, 2.0, 0.5), (3.0, -1.0, 0.25)
WAY, EXACT = True, 7
NUMBERS = (
    0.0, -0.0, 1.0, -1.0, 0.5, -0.5, 2.0, -3.0, 2.5, -7.25, 100.0, 5e-324, -1e-20, 1e16, -1e300, math.inf, -math.inf,
    math.nan,
)  # fmt: skip
PAIRS = list(itertools.product(NUMBERS, repeat=2))


# --- arithmetic -------------------------------------------------------------------------------------------


def division_of_whole_numbers(x, y):
    """3 / 2 is 1.5, also where both are ints: a truth, an exponent."""
    exponent = math.frexp(x)[1]
    return exponent / 2 + (x > y) / 2 + (x > 0.0) / ((y > 0.0) + 2)


def floors_and_remainders(x, y):
    return x // y + x % y


def floors(x, y):
    return x // y


def remainders(x, y):
    return x % y


def whole_remainders(x, y):
    n = math.frexp(x)[1]
    return n // 3 + 10.0 * (n // -3) + 100.0 * (n % 3) + 1000.0 * (n % -3) + 0.0 * y


def sign_of_a_whole_zero(x, y):
    """An int has one zero."""
    n = math.frexp(x)[1] * 0
    return math.copysign(1.0, -n) + 2.0 * math.copysign(1.0, n * -1) + 4.0 * math.copysign(y, -(x > y))


def sign_of_a_rounded_zero(x, y):
    return math.copysign(1.0, math.ceil(x)) + 2.0 * math.copysign(1.0, math.trunc(x)) + math.floor(y)


def remainder_of_a_whole_zero(x, y):
    return math.copysign(1.0, (math.frexp(x)[1] * 3) % -3) + math.copysign(1.0, (math.floor(y) * 0) // -5)


def powers(x, y):
    return x**2 + x**3 - 2.0**y + x**-1


def any_power(x, y):
    return abs(x) ** y


def large_whole_numbers(x, y):
    """2**31 and more in an int of 32 bits would not be."""
    n = math.frexp(x)[1]
    return n * 2147483648 * 3 + y + 10**15


def quotient(x, y):
    return 1.0 + x / y


def quotient_seen_by_another_function(x, y):
    return math.atan(x / y) + 1.0 / (1.0 + math.exp(-x))


# --- conditions -------------------------------------------------------------------------------------------


def chained(x, y):
    return (1.0 if -1.0 < x <= y != 2.0 else 2.0) + (x > 0.0) + (x == y)


def truth_of_numbers(x, y):
    """nan is true, zeros are not."""
    total = 1.0 if x else 2.0
    if (x and not y) or (y and x > y):
        total += 10.0
    return total + 100.0 * (not x)


def truth_compared(x, y):
    return (1.0 if (x > 0.0) == 1 else 2.0) + (4.0 if (x > 0.0) == (y > 0.0) else 0.0) + ((x > y) in (1.0, 5.0))


def among_none(x, y):
    return (x in LOW[:0]) + 2.0 * (x not in LOW[:0]) + 0.5 * y


def conditions_as_numbers(x, y):
    return (x > 0.0 and y > 0.0) + 2.0 * (x < 0.0 or not y < 0.0) + 4.0 * math.isnan(x) + 8.0 * (x not in (1.0, 2.0))


def whole_or_not(x, y):
    return 1.0 if x.is_integer() or y == 0.5 else 2.0


def nan_and_signed_zeros(x, y):
    return math.copysign(1.0, max(x, y)) + 2.0 * math.copysign(1.0, min(x, y)) + 4.0 * math.copysign(1.0, abs(x))


def the_larger(x, y):
    return max(x, y)


def the_smallest(x, y):
    return min(x, y, 1.0)


# --- what is evaluated, and when --------------------------------------------------------------------------


def root_of_positive(x):
    if x < 0.0:
        raise ValueError("negative")
    return math.sqrt(x)


def halves(x):
    mantissa, exponent = math.frexp(x)
    return mantissa, -exponent


def not_too_large(x):
    if x > 50.0:
        raise OverflowError("too large")
    return x


def the_first_error_counts(x, y):
    """The left one, an infinity and not a nan: C may evaluate arguments in any order."""
    return min(not_too_large(x), root_of_positive(y)) + (root_of_positive(y) > not_too_large(-y))


def guarded_by_a_choice(x, y):
    return max(root_of_positive(x), 0.5) if x > 0.0 else y


def guarded_by_and(x, y):
    return 1.0 if x > 0.0 and max(root_of_positive(x), y) > 1.0 else 2.0


def guarded_pieces(x, y):
    """What several results need stands before the statement, but only where it is asked for."""
    part = halves(root_of_positive(x))[0] if x >= 0.0 else halves(y)[1]
    if y > 0.0 and halves(root_of_positive(y))[0] > 0.6:
        part += 1.0
    if not (x < 0.0 or halves(root_of_positive(x))[0] > 0.6):
        part += 2.0
    return part


def guarded_by_a_chain(x, y):
    return 1.0 if 0.0 < x < root_of_positive(x) < 10.0 + y else 2.0


def loop_on_a_helper(x, y):
    """The condition is formed anew at each round, and so is what it needs."""
    rounds = 0
    while max(abs(x), halves(y)[0]) > 1.0 and rounds < 40:
        x /= 2.0
        rounds += 1
    return x + rounds


def loop_on_pieces(x, y):
    while halves(x)[1] < -1.0 and x < 1e9:
        x = x / 4.0
    return x + y


def helper_that_raises_in_a_loop(x, y):
    total = 0.0
    while root_of_positive(x) > 0.5 and total < 50.0:
        x -= 1.0
        total += 1.0
    return total + y


# --- variables --------------------------------------------------------------------------------------------


def chosen_table(x, y):
    if x > 1.0:
        total = LOW[0] * x
        table = LOW
    else:
        total = 1.0
        table = LOW
    return total + table[1] * y


def taken_before(x, y):
    """A pair keeps the numbers that it was made of."""
    pair = (x, y)
    x = 5.0
    x, y = y, x
    first, second = pair
    return first - 2.0 * second + 3.0 * x + 5.0 * y + pair[0]


def loop_variable_set_on_one_way(x, y):
    total = 0.0
    for weight in (1.0, 2.0):
        if x > weight:
            weight = 0.5  # noqa: PLW2901 -- what is tested
        total += weight * y
    return total


def whole_until_a_round(x, y):
    """A sum that begins with an int, and one that remains one."""
    total, rounds = 0, 0
    while rounds < 3:
        total += x
        rounds += 1
    return total + y + rounds % 2 - rounds // -2


def early_return(x, y):
    if x < 0.0:
        if y < 0.0:
            return -1.0
        table = LOW
    else:
        return 2.0
    return table[0] + x


def one_way_only(x, y):
    if x < 0.0:
        table = HIGH
    elif x >= 0.0:
        return 1.0
    else:
        return 4.0
    return table[0] * y


def own_name(x, y):
    """A name of its own hides the module's."""
    EXACT = x + 1.0
    halves = math.sin if WAY else math.cos
    return EXACT + halves(0.0) + halves(y * 0.0)


def letters_of_others(x, y):
    σ, δ = x + 1.0, y + 2.0  # noqa: PLC2401 -- what is tested
    σ += δ  # noqa: PLC2401 -- the same
    return σ - 2.0 * δ


def known_ways(x, y):
    table = [LOW, HIGH][0]
    if WAY:
        x += table[2]
    for (scale, shift), power in (((2.0, 1.0), 1), ((0.5, 0.25), 2)):
        y = y * scale + shift * power
    "a string is a comment"
    pass  # noqa: PIE790 -- the thing that is tested
    return weighted((1.0, (2.0, 3.0)), x) + weighted((-0.0, (2.0, 3.0)), y) + weighted((0.0, (2.0, 3.0)), y)


def weighted(weights, x):
    return math.copysign(weights[1][0] * x, weights[0])


def scaled_by(factor):
    """A decorator: what it makes is what runs."""

    def decorate(function):
        @functools.wraps(function)
        def wrapper(x, y):
            return function(factor * x, y)

        return wrapper

    return decorate


@scaled_by(3.0)
def decorated(x, y):
    return x - y


def noted(function):
    """A decorator that gives the function back as it is."""
    return function


@noted
@noted
def decorated_in_place(x, y):
    return x - 2.0 * y


def until_it_is_small(x, y):
    while True:
        if not abs(x) > 2.0:
            return x + y
        x = x / 4.0 if abs(x) < math.inf else y / y


def pieces_of_the_first_round(x, y):
    first, second = first_round(x)
    return first + second * y


def first_round(x):
    for weight in (2.0, 3.0):
        return weight * x, x
    return x, x


def recursive(x, y):
    return recursive(x + 1.0, y) if x < 0.0 and x > -10.0 else x + y


def recursion_of_a_helper(x, y, /):
    return x + rounds_of(y) / 2 + -rounds_of(0.0)


def rounds_of(x):
    return 0.0 if not abs(x) < 8.0 or x > 0.0 else rounds_of(x + 1.0) + 1


# --- Python's own functions -------------------------------------------------------------------------------


def errors_of_math(x, y):
    return math.exp(-abs(math.log(x))) + math.atan2(y, math.sqrt(x))


def poles(x, y):
    return math.atan(math.log1p(x)) + math.fmod(x, y)


def scaled_by_powers_of_two(x, y):
    return math.ldexp(y, math.floor(x)) + math.ldexp(1.0, 3)


def truths_as_numbers(x, y):
    total = math.floor(x > 0.0) + math.frexp(x > y)[0] + math.isfinite(y > 0.0) + math.isnan(x > y)
    return total + math.remainder(x > 0.0, 0.75) + math.ldexp(y > 0.0, 3) + math.erf(x > y) + abs(x > y)


def annotated(x, y):
    total: float = math.hypot(x, y) + math.remainder(x, y)
    total = float(total)
    return total + max(*(x, y), 0.5)


# --- sequences, and loops that are left -------------------------------------------------------------------


def left_early(x, y):
    """break and continue, in a loop that is written out and in one that is not."""
    total = 0.0
    for weight in (1.0, 2.0, 3.0, 4.0):
        if x > weight:
            continue
        if y > 10.0 * weight:
            break
        total += weight
    rounds = 0.0
    while rounds < 9.0:
        rounds += 1.0
        if x < rounds - 4.0:
            continue
        total += 0.25 * rounds
        if total > 5.0:
            break
    return total + rounds


def returned_from_within(x, y):
    rounds = 0.0
    while rounds < 5.0:
        for weight in (0.5, 1.5):
            if x < weight * rounds:
                return rounds + 10.0 * weight
        rounds += 1.0
    return -rounds + min(y, 1.0)


def swapped(x, y):
    """Every variable of a round sees the others as they were before."""
    first, second, rounds = x, y, 0.0
    while rounds < 3.0:
        first, second = second, first + 1.0
        rounds += 1.0
    return first - 2.0 * second


def lists(x, y):
    numbers = [x, y] + [1.0] * 2
    numbers.append(0.5)
    numbers.extend([k * 0.25 for k in range(3)])
    largest = max(numbers)
    numbers.remove(largest)
    ordered = sorted(numbers)
    total = functools.reduce(lambda a, b: 0.5 * a + b, ordered, 1.0)
    return total + ordered[0] - ordered[-1] + len(numbers) + sum(zip_products(numbers, ordered))


def zip_products(one, other):
    return [a * b for a, b in zip(one, reversed(other), strict=True) if len(one) > 2]


def questions(x, y):
    many = [x > 0.0, y > 0.0, x == y]
    return any(many) + 2.0 * all(many) + 4.0 * any(map(math.isnan, (x, y))) + bool(x) + float(x > y)


def picked(x, y):
    places = (10.0, 20.0, 30.0, x)
    place = (x > 0.0) + (y > 0.0) + (x > y)
    return places[place] + places[-1 - place] + LOW[x > y]


def pairs_on_two_ways(x, y):
    low, high = in_order(x, y)
    steps, rest = steps_to(high)
    return low - 2.0 * high + 3.0 * steps + rest


def in_order(one, other):
    if one < other:
        return one, other
    return other, one


def steps_to(x):
    steps = 0.0
    while x > 1.0 and steps < 20.0:
        x -= 1.0
        steps += 1.0
    return steps, x


def with_defaults(x, y):
    return raised_by(x) + raised_by(y, by=2.0) + raised_by(shift=1.0, x=y)


def raised_by(x, by=1.0, *, shift=0.0):
    return by * x + shift


def of_any_number(x, y):
    return spread(x, y, 2.0) + spread(*(y, x))


def spread(*numbers):
    return max(numbers) - min(numbers) + len(numbers)


OPERATIONS = [
    one
    for name, one in list(globals().items())
    if callable(one) and getattr(one, "__module__", "") == __name__ and one.__code__.co_varnames[:2] == ("x", "y")
]
