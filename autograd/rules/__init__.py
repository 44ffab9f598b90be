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
What is public is in the ``__all__`` of its file; :mod:`autograd` exports it, and Value has it as a method.

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

from typing import TYPE_CHECKING

from autograd.rules.arithmetic import *
from autograd.rules.choices import *
from autograd.rules.exponentials import *
from autograd.rules.gamma import *
from autograd.rules.normal import *
from autograd.rules.reductions import *
from autograd.rules.rounding import *
from autograd.rules.selection import *
from autograd.rules.trigonometry import *

if not TYPE_CHECKING:  # a type checker reads the stars
    __all__ = [name for name, item in vars().items() if callable(item) and name[0] != "_"]
