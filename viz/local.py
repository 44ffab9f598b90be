"""A local derivative as mathematics: the partials of an operation, run on names instead of numbers.

An operation's partials are written with operators and operations alone. Run on fresh Values they leave a small graph,
which is then written like any other.
"""

from __future__ import annotations

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from contextvars import Context
from typing import Any, NamedTuple
from weakref import WeakKeyDictionary

from autograd import Primitive, Value, errstate
from viz.names import clean
from viz.notation import Fence, Math, Name, Row, Script, Sign, Word, call, constant
from viz.templates import applied

__all__ = ["constant_locals", "local_derivatives", "primed"]

LARGEST = 24
"""How many names, numbers and operations a formula may have, and still be shown."""

WIDEST = 16
"""How many operands an operation may have, for its partials to be shown as formulas."""


def local_derivatives(value: Value, operands: Sequence[Math], output: Math) -> list[Math | None]:
    """d value / d operand for each operand of ``value``; None where no short formula says it.

    Where the formula of a function is longer than a single operation, it is named instead: σ′(z).

    >>> from autograd import Value
    >>> from viz.plain import to_text
    >>> x = Value(2.0)
    >>> [to_text(local) for local in local_derivatives((x * x).sigmoid(), [Name("z")], Name("a"))]
    ['σ′(z)']
    >>> [to_text(local) for local in local_derivatives(x / 3, [Name("x"), Name("y")], Name("q"))]
    ['1/y', '−x/y²']
    """
    partials = _partials(value)
    locals_ = [_written(partial, partials.leaves, [*operands, output]) for partial in partials.results]
    if partials.is_long:
        return [_prime(value, operands[0]) or locals_[0]]
    return locals_


def primed(value: Value) -> tuple[Math, Math] | None:
    """f′(x) and its formula, where :func:`local_derivatives` only names it; None where it gives a formula.

    >>> from autograd import Value
    >>> from viz.plain import to_text
    >>> [to_text(side) for side in primed(Value(2.0).sigmoid())]
    ['σ′(x)', 'σ(x)·(1 − σ(x))']
    """
    partials = _partials(value)
    if not partials.is_long or value.op is None:
        return None
    x = Name("x")
    name = _prime(value, x)
    formula = _written(partials.results[0], partials.leaves, [x, applied(value.op, [x])])
    return None if name is None or formula is None else (name, formula)


def constant_locals(value: Value) -> AbstractSet[int]:
    """Which local derivatives of ``value`` are the same wherever it is computed, by the numbers of their operands.

    >>> from autograd import Value
    >>> x = Value(2.0)
    >>> sorted(constant_locals(x - 3)), sorted(constant_locals(x * 1.0))
    ([0, 1], [])
    """
    if value.op is None:
        return frozenset()
    known, arity = _constant.setdefault(value.op, {}), len(value.parents)
    if arity not in known:
        results = _partials(value, widest=len(value.parents)).results
        known[arity] = frozenset(k for k, result in enumerate(results) if isinstance(result, (int, float)))
    return known[arity]


_constant: WeakKeyDictionary[Primitive, dict[int, AbstractSet[int]]] = WeakKeyDictionary()


class _Partials(NamedTuple):
    """The partials of an operation on fresh Values."""

    leaves: Sequence[Value]
    results: Sequence[Any]

    @property
    def is_long(self) -> bool:
        """Whether this is one formula, of more than one operation besides a change of sign."""
        match self.results:
            case [Value() as result]:
                ops = [node.op for node in result.topological_order() if node.op is not None]
                return len([op for op in ops if op.name != "neg"]) > 1
        return False


def _partials(value: Value, widest: int = WIDEST) -> _Partials:
    leaves = [Value(parent.data) for parent in value.parents] + [Value(value.data)]
    nothing = _Partials(leaves, [None] * len(value.parents))
    rule = value.op.textbook or value.local_grads if value.op else None
    if rule is None or len(value.parents) > widest:
        return nothing
    try:
        # A context of its own: whatever surrounds the caller, no_grad() among it, the operations are recorded.
        results = Context().run(errstate(domain="nan")(rule), *leaves)
    except Exception:  # noqa: BLE001 -- a rule that only floats can run has numbers, but no formula
        return nothing
    return _Partials(leaves, results)


def _written(result: Any, leaves: Sequence[Value], names: Sequence[Math]) -> Math | None:
    """One partial as mathematics, the fresh ``leaves`` under their ``names``."""
    if not isinstance(result, Value):
        return None if result is None else constant(float(result))
    order = result.topological_order()
    if _written_size(order) > LARGEST:
        return None
    shown = dict(zip(leaves, names, strict=True))
    for node in order:
        if node in shown:
            continue
        if node.op is None:
            shown[node] = Name(clean(node.label)) if node.label else constant(node.data)
        else:
            shown[node] = applied(node.op, [shown[parent] for parent in node.parents])
    return shown[result]


def _written_size(order: Sequence[Value]) -> int:
    """How much there is to write: what is used twice is written twice."""
    sizes: dict[Value, int] = {}
    for node in order:
        sizes[node] = 1 + sum(sizes[parent] for parent in node.parents)
    return sizes[order[-1]]


def _prime(value: Value, operand: Math) -> Math | None:
    """f′(x) for an operation that is written f(x)."""
    written = applied(value.op, [operand]) if value.op else None
    match written:
        case Row((Word() as function, Fence("(", inside, ")"))) if inside == operand:
            return call(Script(function, None, Sign("′")), [operand])
    return None
