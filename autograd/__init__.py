"""chainrule's engine: numbers that remember how they were computed, and exact gradients of them.

>>> from autograd import Value
>>> a, b = Value(2.0, "a"), Value(-3.0, "b")
>>> c = (a * b).tanh()
>>> c.backward()
>>> round(a.grad, 12)
-7.3729642e-05
"""

from autograd.check import check_grads, check_primitive
from autograd.context import detect_anomaly, errstate, no_grad, scope
from autograd.diagnose import diagnose
from autograd.errors import (
    AnomalyError,
    AutogradError,
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
from autograd.replay.compiler import compile, load
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

__version__ = "0.1.0"
