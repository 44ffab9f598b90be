"""Error-free transformations, the rounding error of a sum or a product, exactly; and polynomials.

A formula that must stay accurate where its argument is rounded, as exp(-x²) does at x = 20, computes the
rounded argument and then corrects for what was lost.
"""

from __future__ import annotations

import math

__all__ = ["even_and_odd", "polynomial", "product_error", "rest_of_product", "square_parts", "sum_error"]

_SPLITTER = 134217729.0  # 2**27 + 1: cuts 53 bits into 26 and 26
_LARGEST_FACTOR = 2.0**995  # beyond it, the splitting overflows
_LARGEST_PRODUCT = 2.0**1020
_SMALLEST_PRODUCT = 2.0**-960  # below it, the error has bits under the smallest subnormal


def sum_error(x: float, y: float, total: float) -> float:
    """x + y - total exactly, where total is the rounded x + y.

    Source: D. E. Knuth, The Art of Computer Programming, volume 2, section 4.2.2, theorem B.
    """
    rest = total - x
    return (x - (total - rest)) + (y - rest)


def product_error(x: float, y: float, product: float) -> float:
    """x·y - product exactly, where product is the rounded x·y; nan where that cannot be had.

    It cannot be had at the far ends of the range, where parts of the computation over- or underflow.
    """
    if not _SMALLEST_PRODUCT < math.fabs(product) < _LARGEST_PRODUCT:
        return 0.0 if x == 0.0 or y == 0.0 else math.nan
    if math.fabs(x) > _LARGEST_FACTOR or math.fabs(y) > _LARGEST_FACTOR:
        return math.nan
    return rest_of_product(x, y, product)


def rest_of_product(x: float, y: float, product: float) -> float:
    """x·y - product exactly, away from the ends of the range.

    Source: T. J. Dekker, "A floating-point technique for extending the available precision",
    Numerische Mathematik 18 (1971).
    """
    big = _SPLITTER * x
    x_high = big - (big - x)
    x_low = x - x_high
    big = _SPLITTER * y
    y_high = big - (big - y)
    y_low = y - y_high
    return ((x_high * y_high - product) + x_high * y_low + x_low * y_high) + x_low * y_low


def square_parts(x: float) -> tuple[float, float]:
    """x² as a rounded square and what it lost, for use in an exponent: 0 where the loss cannot matter there."""
    square = x * x
    return square, product_error(x, x, square) if 1e-200 < square < 1e200 else 0.0


def polynomial(coefficients: tuple[tuple[float, float], ...], t: float) -> float:
    """The polynomial in t whose ``coefficients`` are those of t**2k and t**(2k+1), the highest powers first."""
    even, odd = even_and_odd(coefficients, t)
    return even + odd


def even_and_odd(coefficients: tuple[tuple[float, float], ...], t: float) -> tuple[float, float]:
    """The even and the odd part of the polynomial, computed side by side: a processor does so at once."""
    square = t * t
    even = odd = 0.0
    for of_even, of_odd in coefficients:
        even = even * square + of_even
        odd = odd * square + of_odd
    return even, t * odd
