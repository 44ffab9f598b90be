"""chainrule's pictures: every value, every local derivative, every flow of gradient.

>>> from autograd import Value
>>> from viz import draw
>>> a = Value(2.0, "a")
>>> loss = (a * a + a).named("loss")
>>> loss.backward()
>>> draw(loss)
<Diagram of loss: 3 values; .open() shows it, .save("graph.svg") keeps it>
"""

from viz._compare import Comparison, compare
from viz._draw import Diagram, draw, draw_dot
from viz._explain import Explanation, explain
from viz._handouts import frames, worksheet
from viz._quiz import Score, quiz
from viz._tree import Tree, tree
from viz.chain import Derivation, derive
from viz.errors import ConversionError, DiagramError, EngineError
from viz.page import step_through
from viz.playground.server import Playground, play
from viz.plotting.animation import animate_boundary
from viz.plotting.boundary import plot_decision_boundary
from viz.plotting.curves import plot_history
from viz.plotting.matrices import plot_matrices
from viz.wrong_passes import wrong_pass

__all__ = [
    "Comparison", "ConversionError", "Derivation", "Diagram", "DiagramError", "EngineError", "Explanation",
    "Playground", "Score", "Tree", "animate_boundary", "compare", "derive", "draw", "draw_dot", "explain", "frames",
    "play", "plot_decision_boundary", "plot_history", "plot_matrices", "quiz", "step_through", "tree", "worksheet",
    "wrong_pass",
]  # fmt: skip
