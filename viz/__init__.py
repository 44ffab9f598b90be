"""chainrule's pictures: every value, every local derivative, every flow of gradient.

>>> from autograd import Value
>>> from viz import draw
>>> a = Value(2.0, "a")
>>> loss = (a * a + a).named("loss")
>>> loss.backward()
>>> draw(loss)
<Diagram of loss: 3 values>
"""

from viz.diagram import Diagram
from viz.drawing import draw, draw_dot
from viz.errors import ConversionError, DiagramError, EngineError

__all__ = ["ConversionError", "Diagram", "DiagramError", "EngineError", "draw", "draw_dot"]
