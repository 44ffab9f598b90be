"""One run of a function on fresh variables, and the sweeps over what it recorded: the base of every transform.

How nested derivatives stay apart. Each transform gives the function *fresh variables* of its own. For a float
that is a new leaf. For an argument that is a Value already, an outer transform's or a user's, it is a new
``identity`` node of it: another node, so that the inner derivative is taken with respect to this one alone, and
linked to it, so that the outer derivative flows on. Which derivative is meant is thus told by the identity of
nodes; there are no levels to count and no global state to restore.

What kind of number comes back. If nothing outside is involved, floats. If the argument is a Value, or the
function used a Value from outside (an outer transform's variable, or a parameter that it closes over), the
derivative depends on that Value too: then it is itself a Value, linked to it, so that a further derivative is
right and nothing is silently taken for a constant. Inside ``no_grad()`` the results are floats always.

How the outside is told from the inside. The clock that stale detection uses ticks before the function runs, so
whatever was there before carries an earlier version. A walk over the recording stops at those nodes: it costs what
the function did, however long the history of the values that it was given.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import islice
from typing import Any, NamedTuple

from autograd.compiled import core
from autograd.context import clock, current, enable_grad, recording, tracing
from autograd.debugging import clarify, warn_of_nan_gradient, warn_of_nan_tangent, watched
from autograd.rules import dot
from autograd.rules.arithmetic import identity
from autograd.sweep import (
    adjoint_steps,
    adjoints,
    become,
    data_of,
    itself,
    linked_adjoints,
    number_of,
    tangents,
    walk,
)
from autograd.trees import NUMBER, flatten, map_values
from autograd.value import Constant, Traced, Value, Varied

__all__ = ["Trace"]

_TRACING = tracing()


class _Graph(NamedTuple):
    """A part of a recording: what some roots depend on, as far as the function made it."""

    order: list[Value]
    """The variables, then what was computed, in topological order."""
    outside: list[Value]
    """The nodes from outside that were used."""


class Trace:
    """The run of ``fun(*args, **kwargs)`` with fresh variables for the numbers of the arguments at ``places``.

    Attributes:
        result: what the function returned, made of Values.
        variables: the fresh variables, in the order of the numbers in the arguments.
        treedefs: how the numbers were held, one for each place.
    """

    __slots__ = ("_since", "_sources", "result", "treedefs", "variables")

    def __init__(
        self, fun: Callable[..., Any], places: Sequence[int], args: Sequence[Any], kwargs: Mapping[str, Any]
    ) -> None:
        self._sources: list[Value] = []
        if core and (fresh := core.variables(args, places)):  # the lines below, if all numbers are floats of their own
            self._since, self.variables, arguments = fresh
            self.treedefs = [NUMBER] * len(places)
        else:
            self._since, arguments = clock.tick(), list(args)
            self.variables, self.treedefs = [], []
            for place in places:
                numbers, treedef = flatten(args[place], f"argument {place}")
                fresh = [self._variable(number) for number in numbers]
                arguments[place] = treedef.argument(fresh)
                self.variables += fresh
                self.treedefs.append(treedef)
        try:
            with _TRACING:
                self.result = fun(*arguments, **kwargs)
        except Exception as error:
            clarify(error)
            raise
        finally:
            for each in self.variables:  # as in _graph: nobody asks for their hash any more
                become(each, Varied if each.op is None else Value)

    def _variable(self, number: Any) -> Value:
        if not isinstance(number, Value):
            return Traced(number)
        variable: Value = identity(number)  # inside no_grad(): a leaf
        become(variable, Traced)
        variable.label = number._label
        if variable.op is not None:
            self._sources.append(number)
        return variable

    def value_and_gradient(self, root: Value) -> tuple[Any, list[Any]]:
        """``root`` and d root / d variable for each variable: floats, or Values if something outside is involved."""
        if core and not (self._sources or current().anomaly):
            found: tuple[float, list[Any]] | None = core.gradient(root, self.variables, self._since)
            if found:
                return found
        graph = self._graph([root])
        linked = self._linked(graph)
        return self._seen(root) if linked else root._data, self._reverse(root, graph, linked=linked)

    def gradients(self, numbers: Sequence[Any]) -> list[list[Any]]:
        """The derivatives of each number of a result with respect to each variable, by one reverse sweep a number."""
        roots = list(map(_as_value, numbers))
        linked = self._linked(self._graph(roots))
        return [self._reverse(root, self._graph([root]), linked=linked) for root in roots]

    def pulled_back(self, roots: Sequence[Any], cotangents: Sequence[Any]) -> list[Any]:
        """Σ cotangent · d root / d variable for each variable, by one reverse sweep from the sum Σ cotangent · root.

        The sweep must not flow into a cotangent that is a Value: it is held by a node of its own, where it stops.
        """
        with enable_grad():
            held = {id(weight): identity(weight) for weight in cotangents if isinstance(weight, Value)}
            total = _as_value(dot(roots, [held.get(id(weight), weight) for weight in cotangents]))
        graph = self._graph([total], held.values())
        return self._reverse(total, graph, linked=self._linked(graph))

    def tangents(self, roots: Sequence[Any], seeds: Sequence[Mapping[Value, Any]]) -> list[list[Any]]:
        """The speed of each root when the variables move as a seed says, by one forward sweep a seed."""
        ends = [root if isinstance(root, Value) else None for root in roots]
        graph = self._graph([end for end in ends if end is not None])
        linked = self._linked(graph) or (
            current().grad and any(isinstance(speed, Value) for seed in seeds for speed in seed.values())
        )
        number, read = (_as_value, itself) if linked else (number_of, data_of)
        starts = ({variable: number(speed) for variable, speed in seed.items()} for seed in seeds)
        moving, _ = self._parted(graph)
        speeds = []
        for found in tangents(moving, starts, read):
            speeds.append([number(found.get(end)) for end in ends])
            if not (linked and recording()) and any(speed != speed for speed in map(number_of, speeds[-1])):
                warn_of_nan_tangent(moving, found)
        return speeds

    def settled(self, tree: Any) -> Any:
        """``tree`` with floats for its Values, unless something outside is involved in them."""
        values: list[Value] = []
        map_values(values.append, tree)
        return map_values(self._seen if self._linked(self._graph(values)) else data_of, tree)

    @staticmethod
    def _seen(value: Value) -> Value:
        """``value`` as the function of an outer transform sees it: without a hash."""
        if type(value) in (Value, Varied) and current().traced:
            become(value, Traced)
        return value

    def _linked(self, graph: _Graph) -> bool:
        """Whether results stay Values: something outside is involved in ``graph``, and gradients are on."""
        return bool(self._sources or graph.outside) and current().grad

    def _graph(self, roots: Sequence[Value], held: Iterable[Value] = ()) -> _Graph:
        """The nodes that ``roots`` depend on, depth first as in :func:`topological_order`, but not beyond this run.

        The function has returned, so its nodes become what they are elsewhere, with the fast hash of an object.
        """
        order, outside = list(self.variables), list(held)
        walk(list(roots), order, outside, self._since)
        return _Graph(order, outside)

    def _parted(self, graph: _Graph) -> tuple[list[Value], list[Value]]:
        """The computed nodes of ``graph``: those that depend on the variables, and those that do not."""
        computed = graph.order[len(self.variables) :]
        parts: tuple[list[Value], list[Value]] | None = core and core.parted(computed, self.variables)
        if parts:
            return parts
        reached = set(self.variables)
        moving, still = [], []
        for node in computed:
            if reached.isdisjoint(node.parents):
                still.append(node)
            else:
                reached.add(node)
                moving.append(node)
        return moving, still

    def _reverse(self, root: Value, graph: _Graph, *, linked: bool) -> list[Any]:
        if linked or graph.outside or current().anomaly or graph.order[-1] is not root:
            adjoint = self._careful_adjoints(root, graph, linked=linked)
        else:
            adjoint = adjoints(graph.order, 1.0)
        found = list(map(adjoint.get, self.variables))
        if linked and recording():  # a replay goes on in IEEE arithmetic, unless it is checked
            return list(map(_as_value, found))
        gradients = list(map(number_of, found))
        total = sum(gradients)
        if total != total:
            warn_of_nan_gradient(adjoint)
        return list(map(_as_value, found)) if linked else gradients

    def _careful_adjoints(self, root: Value, graph: _Graph, *, linked: bool) -> dict[Any, Any]:
        """The adjoints of the variables, by a sweep that visits nothing but what depends on them.

        What does not depend on them comes first in the order, where the sweep, taken from the end, never arrives:
        no gradient of it is worked out, and no hook of it runs.
        """
        moving, still = self._parted(graph)
        swept = [*self.variables, *moving]
        swept.sort(key=lambda node: node is root)  # moves nothing, unless the root is itself a variable
        if swept[-1] is not root:
            return {}
        order = [*graph.outside, *self._sources, *still, *swept]
        first = len(order) - len(swept)
        if linked and not current().anomaly:
            return linked_adjoints(order, Constant(1.0), first)
        read, seed = (itself, Constant(1.0)) if linked else (data_of, 1.0)
        steps = islice(adjoint_steps(order, seed, read), len(swept))
        return {step.node: step.gradient for step in watched(steps)}


def _as_value(number: Any) -> Value:
    return number if isinstance(number, Value) else Constant(0.0 if number is None else number)
