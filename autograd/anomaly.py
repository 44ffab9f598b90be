"""What ``detect_anomaly()`` does: stop at the first nan or infinity, and name the line behind it."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

from autograd.context import current
from autograd.errors import AnomalyError
from autograd.sites import remember_site, site_of
from autograd.sweep import AdjointStep, describe

__all__ = ["check_value", "describe_operation", "watched"]


def check_value(node: Any) -> None:
    """Note the line of a new ``node``, and refuse it if its value is not finite.

    Raises:
        AnomalyError: the value is nan or infinite.
    """
    remember_site(node)
    if not math.isfinite(node._data):
        raise AnomalyError(f"{describe_operation(node)}. Made by {site_of(node)}")


def describe_operation(node: Any) -> str:
    """An operation, its result and its operands in words, as ``log gave nan from x = -1.0``."""
    operands = ", ".join(
        f"{parent.label} = {parent._data!r}" if parent.label else repr(parent._data) for parent in node.parents
    )
    constants = "".join(f", {constant!r}" for constant in node.op.constants)
    named = f" ({node.label!r})" if node.label else ""
    return f"{node.op.name}{named} gave {node._data!r} from {operands}{constants}"


def watched(steps: Iterator[AdjointStep]) -> Iterator[AdjointStep]:
    """The same steps; under ``detect_anomaly()`` a flow that is nan or infinite stops the sweep.

    Raises:
        AnomalyError: naming the operation that made the flow, its operands, and the line it was written on.
    """
    for step in steps:
        if current().anomaly:
            for parent, local, flow in zip(step.node.parents, step.locals, step.contributions, strict=False):
                if flow is not None and not math.isfinite(float(flow)):
                    site = site_of(step.node)
                    raise AnomalyError(
                        f"the gradient that flows from {describe(step.node)} to {describe(parent)} is "
                        f"{float(flow)!r}: local {float(local)!r} times upstream {float(step.adjoint)!r}. "
                        f"The operation is {step.node.op.name}"
                        + (f", made by {site}" if site else "; build it under detect_anomaly() to see its line")
                    )
        yield step
