"""The errors of drawing and saving a picture.

::

    AutogradError
    └── DiagramError                 a picture that cannot be drawn as asked, or saved where asked
        ├── EngineError              no layout engine, or one that failed
        └── ConversionError          PNG or PDF without the package that writes it

An argument that is not among those known, or of the wrong kind, is a plain ``ValueError`` or ``TypeError``.
"""

from __future__ import annotations

from autograd import AutogradError

__all__ = ["ConversionError", "DiagramError", "EngineError"]


class DiagramError(AutogradError):
    """A picture cannot be drawn as asked, or saved where asked."""


class EngineError(DiagramError):
    """No layout engine is installed, or the one there failed or took too long."""


class ConversionError(DiagramError):
    """A format needs a package that is not installed, or its converter refused the picture."""
