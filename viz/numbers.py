"""Numbers as every view writes them: one look for data, gradients and flows.

Four decimals, scientific below a thousandth and from ten thousand on; a true minus sign (U+2212), so that a
column of numbers lines up; gradients with an explicit sign; ``·`` for a gradient that is not computed.
"""

from __future__ import annotations

import math

__all__ = ["NOT_COMPUTED", "count", "datum", "is_rounded", "number", "short", "signed"]

DECIMALS, MANTISSA = 4, 3
"""The decimals of a number, and of the mantissa in scientific notation."""
DIGITS = 3
"""The digits of an edge's label."""
LEAST, MOST = 1e-3, 1e4
"""The bounds between which a number is not in scientific notation."""
MINUS = "−"
ROUNDED = "≈"
NOT_COMPUTED = "·"
"""The sign for a gradient before ``backward()``: not zero, but not computed."""


def _unusual(x: float) -> str | None:
    """The text of nan and of the infinities; None for a finite number."""
    if math.isnan(x):
        return "nan"
    if math.isinf(x):
        return "inf" if x > 0 else f"{MINUS}inf"
    return None


def _scientific(x: float, decimals: int) -> str:
    """``x`` as ``1.234e−5``: no padding in the exponent."""
    mantissa, _, exponent = f"{x:.{decimals}e}".partition("e")
    return f"{mantissa}e{int(exponent)}".replace("-", MINUS)


def number(x: float) -> str:
    """``x`` with four decimals, or in scientific notation where those would say little.

    >>> number(0.79073), number(-1234.5), number(4.25e-18), number(123456.0)
    ('0.7907', '−1234.5000', '4.250e−18', '1.235e5')
    """
    unusual = _unusual(x)
    if unusual is not None:
        return unusual
    if x != 0.0 and not LEAST <= abs(x) < MOST:
        return _scientific(x, MANTISSA)
    return f"{x:.{DECIMALS}f}".replace("-", MINUS)


def is_rounded(x: float) -> bool:
    """Whether :func:`number` makes ``x`` look like a whole number that it is not.

    >>> is_rounded(0.99999), is_rounded(1.0), is_rounded(0.31428571), is_rounded(2.00000001)
    (True, False, False, True)
    """
    return math.isfinite(x) and x != round(x) and LEAST <= abs(x) < MOST and round(x, DECIMALS) == round(x)


def datum(x: float) -> str:
    """The number of a card: :func:`number`, marked if it only looks like a whole number.

    >>> datum(0.99999), datum(1.0)
    ('≈1.0000', '1.0000')
    """
    return f"{ROUNDED}{number(x)}" if is_rounded(x) else number(x)


def signed(x: float | None) -> str:
    """A gradient: :func:`number` with an explicit sign; ``·`` for None, not computed.

    >>> signed(0.3285), signed(-0.0612), signed(0.0), signed(None)
    ('+0.3285', '−0.0612', '0.0000', '·')
    """
    if x is None:
        return NOT_COMPUTED
    return f"+{number(x)}" if x > 0 else number(x) if x else number(0.0)


def short(x: float) -> str:
    """``x`` in three digits, for the labels of edges; zeros at the end show rounding: 1 is exact, 1.00 is not.

    >>> short(0.42449), short(-1.8333), short(1.0), short(1.0002), short(0.000123), short(20480.0)
    ('0.424', '−1.83', '1', '1.00', '1.23e−4', '2.05e4')
    """
    unusual = _unusual(x)
    if unusual is not None:
        return unusual
    if x != 0.0 and not LEAST <= abs(x) < MOST - 0.5:
        return _scientific(x, DIGITS - 1)
    whole = 10.0**DIGITS - 0.5  # from there on the digits before the point are enough
    text = f"{x:.0f}" if abs(x) >= whole else f"{x:.{DIGITS}g}"
    if float(text) != x and abs(x) < whole / 10:
        text = f"{x:#.{DIGITS}g}"
    return text.replace("-", MINUS)


def count(n: int, noun: str) -> str:
    """A number and its noun, in words.

    >>> count(1, "value"), count(999940, "value")
    ('1 value', '999,940 values')
    """
    return f"{n:,} {noun}" if n == 1 else f"{n:,} {noun}s"
