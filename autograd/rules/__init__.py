"""The table: every operation once, with its value and its local gradients.

Read a record as a line of a table of derivatives: ``partials(inputs, output)`` are the derivatives with
respect to each input. They are written only with operators and with operations of this table, so the same
line serves a sweep over floats, a sweep over Values (second order), and the written form of the gradient.

Three rules keep the numbers right where textbook forms lose them:

* a derivative that vanishes is written as something small, never as a difference of nearly equal numbers:
  tanh' is sech², not 1 - tanh², so tanh'(20) is 1.7e-17 and not 0;
* an argument that must be rounded on the way to an exponential or a power is carried with its rounding error;
* at nan a derivative that depends on its input is nan, also where a comparison would have chosen a branch.

Where a derivative cannot be written accurately with the public operations, it has an operation of its own,
such as ``sech_squared``: a *helper*, which stands in the table beside the operation it serves but is not public.

::

    errorfree                       exact rounding errors; polynomials
    special_normal, special_gamma   erfc, lgamma, digamma ... on floats
    choices                         step, relu, maximum, where ...
    rounding                        floor, round, remainders ...
    arithmetic                      + - * / **, roots
    exponentials                    exp, log, sigmoid, tanh, silu ...
    trigonometry                    sin, atan2 ...
    normal                          erf, norm_cdf, gelu ...
    gamma                           lgamma, digamma
    selection                       greater, take, stop_gradient ...
    reductions                      fsum, dot, prod, softmax ...

Each imports only from those above it.
"""

from autograd.rules.arithmetic import (
    add,
    cbrt,
    div,
    hypot,
    mul,
    neg,
    power,
    reciprocal,
    sqrt,
    square,
    sub,
)
from autograd.rules.choices import (
    absolute,
    clip,
    copysign,
    leaky_relu,
    maximum,
    minimum,
    relu,
    sign,
    step,
    where,
)
from autograd.rules.exponentials import (
    acosh,
    asinh,
    atanh,
    cosh,
    elu,
    exp,
    exp2,
    expm1,
    log,
    log1p,
    log2,
    log10,
    log_sigmoid,
    logaddexp,
    sigmoid,
    silu,
    sinh,
    softplus,
    softsign,
    tanh,
)
from autograd.rules.gamma import digamma, gamma, lgamma
from autograd.rules.normal import (
    erf,
    erfc,
    gelu,
    norm_cdf,
    norm_pdf,
)
from autograd.rules.reductions import dot, fsum, logsumexp, mean, prod, softmax
from autograd.rules.rounding import ceil, floor, floordiv, fmod, ieee_remainder, mod, trunc
from autograd.rules.rounding import round_to as round  # noqa: A004 -- the operation's name, as Python's
from autograd.rules.selection import equal, greater, greater_equal, less, less_equal, not_equal, stop_gradient, take
from autograd.rules.trigonometry import acos, asin, atan, atan2, cos, sin, sinc, tan

__all__ = [
    "absolute",
    "acos",
    "acosh",
    "add",
    "asin",
    "asinh",
    "atan",
    "atan2",
    "atanh",
    "cbrt",
    "ceil",
    "clip",
    "copysign",
    "cos",
    "cosh",
    "digamma",
    "div",
    "dot",
    "elu",
    "equal",
    "erf",
    "erfc",
    "exp",
    "exp2",
    "expm1",
    "floor",
    "floordiv",
    "fmod",
    "fsum",
    "gamma",
    "gelu",
    "greater",
    "greater_equal",
    "hypot",
    "ieee_remainder",
    "leaky_relu",
    "less",
    "less_equal",
    "lgamma",
    "log",
    "log1p",
    "log2",
    "log10",
    "log_sigmoid",
    "logaddexp",
    "logsumexp",
    "maximum",
    "mean",
    "minimum",
    "mod",
    "mul",
    "neg",
    "norm_cdf",
    "norm_pdf",
    "not_equal",
    "power",
    "prod",
    "reciprocal",
    "relu",
    "round",
    "sigmoid",
    "sign",
    "silu",
    "sin",
    "sinc",
    "sinh",
    "softmax",
    "softplus",
    "softsign",
    "sqrt",
    "square",
    "step",
    "stop_gradient",
    "sub",
    "take",
    "tan",
    "tanh",
    "trunc",
    "where",
]
