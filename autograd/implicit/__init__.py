"""Roots, minima, integrals and differential equations, with exact derivatives: ``root minimum quad solve_ivp``.

SciPy finds the number, from floats. Its derivative comes not from the solver's steps but from what the number
satisfies: the implicit function theorem for a root and a minimum, Leibniz' rule for an integral, the sensitivity
equations for a differential equation. So it is as accurate as the number, costs a few evaluations of the function, and
can be differentiated again: each derivative is itself a formula, a root of the same function or an integral of its
derivative.

The derivatives are with respect to the Values that the function *closes over*, or is given as ``args``, and to limits
and initial values. Where no Value is involved, results are floats. Each result is one node, whose operands are these
Values; an integral across places that move with Values, where its function switches to another formula, is a sum of
such nodes. A compiled function may not call a solver, since the number of its steps depends on the numbers.

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
