"""A nan or an infinity, and the operation behind it: ``detect_anomaly()`` stops at the first one.

Without it a nan gradient where every value is finite is warned of, and everything else is left to the user.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from autograd.context import current
from autograd.errors import AnomalyError, GradientWarning
from autograd.sites import is_made_by_rule, remember_site, site_of, warn
from autograd.sweep import Step, contribution_of, describe, local_gradients, number_of

__all__ = ["check_value", "describe_operation", "warn_of_nan_gradient", "warn_of_nan_tangent", "watched"]


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


def watched(steps: Iterator[Step]) -> Iterator[Step]:
    """The same steps; under ``detect_anomaly()`` a flow that is nan or infinite stops the sweep.

    Raises:
        AnomalyError: naming the operation that made the flow, its operands, and the line it was written on.
    """
    for step in steps:
        if current().anomaly:
            for parent, (_, local, upstream, flow) in zip(step.node.parents, step.flows, strict=False):
                if flow is not None and not math.isfinite(number_of(flow)):
                    site = site_of(step.node)
                    raise AnomalyError(
                        f"the gradient that flows from {describe(step.node)} to {describe(parent)} is "
                        f"{number_of(flow)!r}: local {number_of(local)!r} times upstream {number_of(upstream)!r}. "
                        f"The operation is {step.node.op.name}"
                        + (f", made by {site}" if site else "; build it under detect_anomaly() to see its line")
                    )
        yield step


def warn_of_nan_gradient(adjoint: Mapping[Any, Any]) -> None:
    """Say where a nan came into a reverse sweep, if it came in between finite values.

    Args:
        adjoint: the gradients that the sweep found, in topological order or in that of the sweep. One of them is nan.
    """
    if current().domain == "nan":
        return
    order = list(adjoint)
    if any(parent in adjoint for parent in order[0].parents):
        order.reverse()
    known = _excuses(order)
    excused: set[Any] = set()  # a nan flows to them from where a value is not finite
    for node in reversed(order):
        flow = adjoint[node]
        if flow is None:
            continue
        if node in excused or _is_excused(node, known):
            excused.update(node.parents)
            continue
        upstream = number_of(flow)
        if upstream != upstream:
            _warn(f"the gradient of {describe(node)} is nan, the sum of flows of inf and -inf", node)
            return
        if _warned_of_flow(node, [upstream] * len(node.parents), "upstream "):
            return


def warn_of_nan_tangent(order: list[Any], tangent: Mapping[Any, Any]) -> None:
    """Say where a nan came into a forward sweep over ``order``, if it came in between finite values."""
    if current().domain == "nan":
        return
    known = _excuses(order)
    for node in order:
        speed = number_of(tangent.get(node))
        if speed == speed:
            continue
        if not _is_excused(node, known):
            _warned_of_flow(node, [tangent.get(parent) for parent in node.parents], "")
        return


def _excuses(order: Iterable[Any]) -> set[Any]:
    """The nodes whose value excuses a nan that flows from them: an infinity or a nan that came from outside.

    An infinity that a rule made of finite numbers, as the slope of sqrt at 0, does not excuse the nan of a second
    derivative. A nan that a rule made does: it has been told of by the first.
    """
    found: set[Any] = set()
    for node in order:
        if not math.isfinite(node._data) and (
            node._data != node._data or not is_made_by_rule(node) or any(parent in found for parent in node.parents)
        ):
            found.add(node)
    return found


def _is_excused(node: Any, known: set[Any]) -> bool:
    return any(
        each in known or not (math.isfinite(each._data) or is_made_by_rule(each)) for each in (node, *node.parents)
    )


def _warned_of_flow(node: Any, factors: list[Any], kind: str) -> bool:
    """Warn of the first nan among local gradient · factor of the operands of ``node``; whether there was one.

    Args:
        node: whose local gradients they are.
        factors: for each operand the gradient that comes back to ``node``, or the tangent of that operand.
        kind: what the factors are, for the message.
    """
    for place, (parent, factor) in enumerate(zip(node.parents, factors, strict=True)):
        if factor is None:
            continue
        local = local_gradients(node)[place]
        flow = contribution_of(node.op, local, number_of(factor))
        if flow is not None and flow != flow:
            _warn(_nan_derivative(node, place, parent, local, f"{kind}{number_of(factor)!r}"), node)
            return True
    return False


def _nan_derivative(node: Any, place: int, parent: Any, local: float, factor: str) -> str:
    operand = repr(parent.label) if parent.label else f"operand {place + 1}"
    if local != local:
        return f"{describe_operation(node)}, but its derivative with respect to {operand} does not exist"
    product = f"{local!r} times {factor}, which is nan"
    return f"{describe_operation(node)}; its derivative with respect to {operand} is {product}"


def _warn(what: str, node: Any) -> None:
    site = site_of(node)
    warn(
        f"a gradient is nan: {what}{f', made by {site}' if site else ''}. Give what is not to be differentiated as a "
        f"plain number; errstate(domain='nan') accepts the nan, detect_anomaly() stops there.",
        GradientWarning,
    )
