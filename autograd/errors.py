"""Every error that the engine raises.

::

    AutogradError
    ├── DomainError (ValueError)          log(-1), sqrt(-2), (-8)**(1/3)
    │   ├── DivisionDomainError (ZeroDivisionError)   1/0, 0**-1
    │   └── OverflowDomainError (OverflowError)       exp(1000), an int too large
    ├── StaleGraphError                   a leaf changed after the graph was built
    ├── GradientError                     no gradient yet, a node outside the graph, a bad rule
    ├── ConversionError (TypeError)       float(v), math.sin(v), an array of floats given a Value
    ├── RecordingError                    a float taken out of a recording
    ├── GuardError                        a recorded branch went the other way
    ├── AnomalyError                      the first nan or inf, under detect_anomaly()
    ├── ConvergenceError (RuntimeError)   a solver of autograd.implicit found no solution
    └── TapeError (ValueError)            a damaged or hostile tape

and two warnings: GradientWarning (RuntimeWarning), a gradient is nan where every value is finite; RecordingWarning
(RuntimeWarning), a compiled function keeps recording new paths.

Each message says what happened, at which node, the value seen, and what to do.
A number of the wrong *type* is a plain ``TypeError``.
"""

from __future__ import annotations

__all__ = [
    "AnomalyError", "AutogradError", "ConvergenceError", "ConversionError", "DivisionDomainError", "DomainError",
    "GradientError", "GradientWarning", "GuardError", "OverflowDomainError", "RecordingError", "RecordingWarning",
    "StaleGraphError", "TapeError",
]  # fmt: skip


class AutogradError(Exception):
    """Root of every error that the engine itself raises."""


class DomainError(AutogradError, ValueError):
    """An operation was applied outside its domain."""


class DivisionDomainError(DomainError, ZeroDivisionError):
    """A division by zero, or zero to a negative power."""


class OverflowDomainError(DomainError, OverflowError):
    """A result, or a number handed in, too large for a float."""


class StaleGraphError(AutogradError):
    """A leaf changed after it was used, so the graph's values are out of date."""


class GradientError(AutogradError):
    """A gradient that does not exist: not computed yet, or not of this graph, or a broken rule."""


class RecordingError(AutogradError):
    """A plain float was taken out of a value while a function was being recorded."""


class GradientWarning(RuntimeWarning):
    """A gradient is nan though every value is finite: a derivative that does not exist, or 0 times infinity."""


class RecordingWarning(RuntimeWarning):
    """A compiled function keeps recording new paths, each at the cost of a run."""


class ConversionError(AutogradError, TypeError):
    """A Value was about to become a plain number unnoticed, which would lose its gradient."""


class RecordedConversionError(RecordingError, ConversionError):
    """A :class:`ConversionError` while a function is being recorded, where it is a :class:`RecordingError` too."""


class GuardError(AutogradError):
    """A recorded comparison came out differently, and no path for it may be recorded."""


class AnomalyError(AutogradError):
    """A nan or an infinity appeared while ``detect_anomaly()`` was watching."""


class ConvergenceError(AutogradError, RuntimeError):
    """A solver stopped before it had found a solution, or found none to the accuracy that it promises."""


class TapeError(AutogradError, ValueError):
    """A tape that is damaged, truncated, or not a tape."""
