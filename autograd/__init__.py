"""chainrule's engine: numbers that remember how they were computed, and exact gradients of them.

>>> from autograd import Value
>>> a, b = Value(2.0, "a"), Value(-3.0, "b")
>>> c = (a * b).tanh()
>>> c.backward()
>>> round(a.grad, 12)
-7.3729642e-05
"""

from typing import TYPE_CHECKING

from autograd import implicit as implicit
from autograd import linalg as linalg
from autograd import math as math
from autograd import rules
from autograd.check import check_grads, check_primitive
from autograd.compiled import engine
from autograd.context import detect_anomaly, errstate, no_grad, scope
from autograd.debugging import diagnose
from autograd.errors import (
    AnomalyError,
    AutogradError,
    ConvergenceError,
    ConversionError,
    DivisionDomainError,
    DomainError,
    GradientError,
    GradientWarning,
    GuardError,
    OverflowDomainError,
    RecordingError,
    RecordingWarning,
    StaleGraphError,
    TapeError,
)
from autograd.primitives import Domain, Kink, Precedence, Primitive, primitive
from autograd.replay.backends.javascript import javascript
from autograd.replay.compiler import compile, load  # noqa: A004 -- the name that users of JAX and PyTorch look for
from autograd.replay.recorder import record
from autograd.replay.tape import Tape
from autograd.rules import *
from autograd.sweep import Flow, Step
from autograd.transforms import grad, hessian, hvp, jacfwd, jacobian, jacrev, jvp, sensitivities, value_and_grad, vjp
from autograd.value import Parameter, Value, weighted_sum

__all__ = [
    "AnomalyError", "AutogradError", "ConvergenceError", "ConversionError", "DivisionDomainError", "Domain",
    "DomainError", "Flow", "GradientError", "GradientWarning", "GuardError", "Kink", "OverflowDomainError", "Parameter",
    "Precedence", "Primitive", "RecordingError", "RecordingWarning", "StaleGraphError", "Step", "Tape", "TapeError",
    "Value", "check_grads", "check_primitive", "compile", "detect_anomaly", "diagnose", "engine", "errstate", "grad",
    "hessian", "hvp", "jacfwd", "jacobian", "jacrev", "javascript", "jvp", "load", "no_grad", "primitive", "record",
    "scope", "sensitivities", "value_and_grad", "vjp", "weighted_sum",
]  # fmt: skip
if not TYPE_CHECKING:
    __all__ += rules.__all__

__version__ = "0.1.0"
