"""chainrule's engine: numbers that remember how they were computed, and exact gradients of them.

>>> from autograd import Value
>>> a, b = Value(2.0, "a"), Value(-3.0, "b")
>>> c = (a * b).tanh()
>>> c.backward()
>>> round(a.grad, 12)
-7.3729642e-05
"""

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
from autograd.primitives import Domain, Kink, Precedence, Primitive, primitive
from autograd.rules import (
    cos,
    dot,
    exp,
    fsum,
    leaky_relu,
    log,
    log_sigmoid,
    maximum,
    mean,
    minimum,
    relu,
    sigmoid,
    sign,
    sin,
    softplus,
    sqrt,
    square,
    step,
    tanh,
    where,
)
from autograd.value import Parameter, Value

__version__ = "0.1.0"
