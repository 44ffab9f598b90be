"""chainrule's pictures: every value, every local derivative, every flow of gradient.

>>> from autograd import Value
>>> from viz import draw
>>> a = Value(2.0, "a")
>>> loss = (a * a + a).named("loss")
>>> loss.backward()
>>> draw(loss)
<Diagram of loss: 3 values>
"""

from viz._draw import Diagram, draw, draw_dot
from viz._explain import Explanation, explain
from viz._play import Playground, play
from viz._step_through import step_through
from viz._tree import Tree, tree
from viz.chain import Derivation, derive
from viz.errors import ConversionError, DiagramError, EngineError
from viz.plotting.animation import animate_boundary
from viz.plotting.boundary import plot_decision_boundary
from viz.plotting.curves import plot_history
from viz.plotting.matrices import plot_matrices

__all__ = [
    "ConversionError",
    "Derivation",
    "Diagram",
    "DiagramError",
    "EngineError",
    "Explanation",
    "Playground",
    "Tree",
    "animate_boundary",
    "derive",
    "draw",
    "draw_dot",
    "explain",
    "play",
    "plot_decision_boundary",
    "plot_history",
    "plot_matrices",
    "step_through",
    "tree",
]
