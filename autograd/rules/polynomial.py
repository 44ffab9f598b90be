"""Polynomials, the form in which the special functions keep their numbers."""

__all__ = ["even_and_odd", "polynomial"]


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
