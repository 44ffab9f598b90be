"""Chebyshev series, the form in which the special functions keep their numbers."""

__all__ = ["chebyshev"]


def chebyshev(coefficients: tuple[float, ...], t: float) -> float:
    """The sum of coefficients[k]·T_k(t) for -1 <= t <= 1.

    Source: C. W. Clenshaw, "A note on the summation of Chebyshev series", Mathematics of Computation 9 (1955).
    """
    ahead = further = 0.0
    for coefficient in coefficients[:0:-1]:
        ahead, further = 2.0 * t * ahead - further + coefficient, ahead
    return (t * ahead - further) + coefficients[0]
