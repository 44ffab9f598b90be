"""Roots, minima, integrals and differential equations, with exact derivatives: ``root minimum quad solve_ivp``.

SciPy finds the number, from floats. Its derivative does not come from the solver's steps but from what the number
satisfies: a root and a minimum by the implicit function theorem, an integral by Leibniz' rule, a solution of a
differential equation by its sensitivity equations. So it is as good as the number, costs no more than a few
evaluations of the function, and can be differentiated again: each derivative is itself a formula, a root of the same
function or an integral of its derivative.

The derivatives are with respect to the Values that the function *closes over*, or is given as ``args``, and to limits
and initial values. Where no Value is involved, results are floats. Each result is one node, whose operands are these
Values; an integral over places at which its function switches to another formula, and that move with Values, is the
sum of such nodes. In a function that is compiled a solver is refused, since how many steps it takes depends on the
numbers.

Needs SciPy: ``pip install 'chainrule[data]'``.

>>> from autograd import grad, hessian, implicit
>>> square_root = lambda a: implicit.root(lambda x: x * x - a, 1.0)
>>> square_root(4.0), round(grad(square_root)(4.0), 12), round(hessian(square_root)(4.0), 12)
(2.0, 0.25, -0.03125)

Sources: A. Griewank and A. Walther, Evaluating Derivatives, 2nd edition, SIAM, 2008, chapter 15; M. Blondel and others,
"Efficient and modular implicit differentiation", NeurIPS 2022, https://arxiv.org/abs/2105.15183; E. Hairer, S. P.
Norsett and G. Wanner, Solving Ordinary Differential Equations I, 2nd edition, Springer, 1993, section I.14.
"""

from autograd.implicit.equations import minimum, root
from autograd.implicit.integration import Solution, quad, solve_ivp

__all__ = ["Solution", "minimum", "quad", "root", "solve_ivp"]
