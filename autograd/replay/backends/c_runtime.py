"""What a translated function needs of Python that C does not have: functions in C, written where they are used."""

from __future__ import annotations

import math

__all__ = ["IN_C", "MAY_RAISE", "RUNTIME", "checked_math"]

_NAMES = {
    name: name
    for name in (
        "acos", "acosh", "asin", "asinh", "atan", "atan2", "atanh", "cbrt", "ceil", "copysign", "cos", "cosh", "erf",
        "erfc", "exp", "exp2", "expm1", "fabs", "floor", "fmod", "hypot", "isfinite", "isinf", "isnan", "ldexp",
        "lgamma", "log", "log10", "log1p", "log2", "pow", "remainder", "sin", "sinh", "sqrt", "tan", "tanh", "trunc",
    )
} | {"gamma": "tgamma"}  # fmt: skip
IN_C = {getattr(math, name): c_name for name, c_name in _NAMES.items() if hasattr(math, name)}
"""The functions of ``math`` that C has, by their names there."""

_TOTAL = ("asinh", "atan", "atan2", "cbrt", "copysign", "erf", "erfc", "fabs", "isfinite", "isinf", "isnan", "tanh")
MAY_RAISE = frozenset(IN_C.values()) - set(_TOTAL)
"""Those, by the name in C, that raise in Python where IEEE 754 has an infinity or a nan."""
_POLES = {
    "atanh": "1", "log": "1", "log10": "1", "log1p": "1", "log2": "1", "lgamma": "x <= 0.0", "tgamma": "x <= 0.0",
    "pow": "x == 0.0",
}  # fmt: skip
"""Where an infinity that no operand has is a pole, a ValueError, and not an overflow."""
_TWO = frozenset({"fmod", "hypot", "ldexp", "pow", "remainder"})

_FROM_PYTHON = """\
static double ag_{name}({parameters}, int *raised)
{{
    const double value = {call};
    if (*raised) return value;
    if (isnan(value) && {none_is_nan}) *raised = 2;
    else if (isinf(value) && {all_finite}) *raised = ({pole}) ? 2 : 1;
    return value;
}}"""
_WHOLE = """\
static double ag_{name}(double x, int *raised)
{{
    if (!*raised && !isfinite(x)) *raised = isnan(x) ? 2 : 1;
    return {name}(x);
}}"""


def checked_math(name: str) -> str:
    """The text of ``ag_NAME``, which tells through ``*raised`` where Python's function raises.

    ``*raised`` is 1 for an OverflowError and 2 for a ValueError; the first counts.
    """
    if name in ("floor", "ceil", "trunc"):
        return _WHOLE.format(name=name)
    inputs = ("x", "y") if name in _TWO else ("x",)
    return _FROM_PYTHON.format(
        name=name,
        parameters=", ".join(f"double {x}" for x in inputs),
        call=f"ag_scaled({', '.join(inputs)})" if name == "ldexp" else f"{name}({', '.join(inputs)})",
        none_is_nan=" && ".join(f"!isnan({x})" for x in inputs),
        all_finite=" && ".join(f"isfinite({x})" for x in inputs),
        pole=_POLES.get(name, "0"),
    )


RUNTIME = {
    "ag_max": "static double ag_max(double x, double y)\n{\n    return y > x ? y : x;\n}",
    "ag_min": "static double ag_min(double x, double y)\n{\n    return y < x ? y : x;\n}",
    "ag_is_integer": (
        "static int ag_is_integer(double x)\n{\n    return isfinite(x) && floor(x) == x;\n}"
    ),
    "ag_frexp": (
        "static double ag_frexp(double x, int part)\n{\n    int exponent = 0;\n"
        "    const double mantissa = isfinite(x) ? frexp(x, &exponent) : x;\n"
        "    return part ? exponent : mantissa;\n}"
    ),
    # Every finite float is 0 or infinite when scaled by more than that.
    "ag_scaled": (
        "static double ag_scaled(double x, double n)\n{\n"
        "    return ldexp(x, (int)(n > 4000.0 ? 4000.0 : n < -4000.0 ? -4000.0 : n));\n}"
    ),
    "ag_divisor": (
        "static double ag_divisor(double x, int *raised)\n{\n"
        "    if (x == 0.0 && !*raised) *raised = 2;\n    return x;\n}"
    ),
    # What is left of x has the sign of y. Source: CPython, Objects/floatobject.c, float_rem and _float_div_mod.
    "ag_modulo": (
        "static double ag_modulo(double x, double y)\n{\n    const double rest = fmod(x, y);\n"
        "    if (rest == 0.0) return copysign(0.0, y);\n"
        "    return (rest < 0.0) == (y < 0.0) ? rest : rest + y;\n}"
    ),
    "ag_floor_divide": (
        "static double ag_floor_divide(double x, double y)\n{\n    const double rest = fmod(x, y);\n"
        "    double quotient = (x - rest) / y;\n"
        "    if (rest != 0.0 && (rest < 0.0) != (y < 0.0)) quotient -= 1.0;\n"
        "    if (quotient == 0.0) return copysign(0.0, x / y);\n"
        "    return quotient - floor(quotient) > 0.5 ? floor(quotient) + 1.0 : floor(quotient);\n}"
    ),
}  # fmt: skip
"""By name, the text of what stands for Python's own functions and operators."""
