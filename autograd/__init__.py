"""chainrule's engine: numbers that remember how they were computed, and exact gradients of them.

>>> from autograd import Value
>>> a, b = Value(2.0, "a"), Value(-3.0, "b")
>>> c = (a * b).tanh()
>>> c.backward()
>>> round(a.grad, 12)
-7.3729642e-05
"""

import importlib as _importlib
from typing import Any as _Any

from autograd.check import check_grads, check_primitive
from autograd.context import detect_anomaly, errstate, no_grad, scope
from autograd.diagnosis import diagnose
from autograd.errors import (
    AnomalyError,
    AutogradError,
    ConvergenceError,
    DivisionDomainError,
    DomainError,
    GradientError,
    GuardError,
    OverflowDomainError,
    RecordingError,
    StaleGraphError,
    TapeError,
)
from autograd.flows import Flow, Step
from autograd.named_derivatives import sensitivities
from autograd.primitives import Domain, Kink, Precedence, Primitive, primitive
from autograd.replay.backends.js_source import javascript
from autograd.replay.compiler import compile, load  # noqa: A004 -- the name that users of JAX and PyTorch look for
from autograd.replay.recorder import record
from autograd.replay.tape import Tape
from autograd.rules import (
    acos,
    acosh,
    asin,
    asinh,
    atan,
    atan2,
    atanh,
    cbrt,
    clip,
    cos,
    cosh,
    digamma,
    dot,
    elu,
    erf,
    erfc,
    exp,
    expm1,
    floor,
    fsum,
    gelu,
    hypot,
    leaky_relu,
    lgamma,
    log,
    log1p,
    log2,
    log10,
    log_sigmoid,
    logsumexp,
    maximum,
    mean,
    minimum,
    norm_cdf,
    norm_pdf,
    prod,
    reciprocal,
    relu,
    sigmoid,
    sign,
    silu,
    sin,
    sinh,
    softmax,
    softplus,
    softsign,
    sqrt,
    square,
    step,
    tan,
    tanh,
    where,
)
from autograd.transforms import grad, hessian, hvp, jacfwd, jacobian, jacrev, jvp, value_and_grad, vjp
from autograd.value import Parameter, Value

__all__ = [
    "AnomalyError",
    "AutogradError",
    "ConvergenceError",
    "DivisionDomainError",
    "Domain",
    "DomainError",
    "Flow",
    "GradientError",
    "GuardError",
    "Kink",
    "OverflowDomainError",
    "Parameter",
    "Precedence",
    "Primitive",
    "RecordingError",
    "StaleGraphError",
    "Step",
    "Tape",
    "TapeError",
    "Value",
    "acos",
    "acosh",
    "asin",
    "asinh",
    "atan",
    "atan2",
    "atanh",
    "cbrt",
    "check_grads",
    "check_primitive",
    "clip",
    "compile",
    "cos",
    "cosh",
    "detect_anomaly",
    "diagnose",
    "digamma",
    "dot",
    "elu",
    "erf",
    "erfc",
    "errstate",
    "exp",
    "expm1",
    "floor",
    "fsum",
    "gelu",
    "grad",
    "hessian",
    "hvp",
    "hypot",
    "jacfwd",
    "jacobian",
    "jacrev",
    "javascript",
    "jvp",
    "leaky_relu",
    "lgamma",
    "load",
    "log",
    "log1p",
    "log2",
    "log10",
    "log_sigmoid",
    "logsumexp",
    "maximum",
    "mean",
    "minimum",
    "no_grad",
    "norm_cdf",
    "norm_pdf",
    "primitive",
    "prod",
    "reciprocal",
    "record",
    "relu",
    "scope",
    "sensitivities",
    "sigmoid",
    "sign",
    "silu",
    "sin",
    "sinh",
    "softmax",
    "softplus",
    "softsign",
    "sqrt",
    "square",
    "step",
    "tan",
    "tanh",
    "value_and_grad",
    "vjp",
    "where",
]

__version__ = "0.1.0"


def __getattr__(name: str) -> _Any:
    """``autograd.math``, ``autograd.linalg`` and ``autograd.implicit``, imported when they are first named."""
    if name in ("implicit", "linalg", "math"):
        return _importlib.import_module(f"autograd.{name}")
    raise AttributeError(f"module 'autograd' has no attribute {name!r}")
