"""One symbol for each value of a graph, the same in every view: its label, else a short formula, else ``v14``."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from autograd import Primitive, Value
from viz.formulas.notation import Math, Name, Number, Numbered, constant
from viz.formulas.operations import applied
from viz.formulas.writers import to_text
from viz.names import clean, columns

__all__ = ["Symbols"]

LONGEST_FORMULA = 18
"""The most columns of a formula that serves as a name."""


class Symbols:
    """The symbols of the nodes of a graph, given in topological order.

    Where several nodes have one label, each is numbered: ``w#1``, ``w#2``.

    Args:
        values: the nodes.
        given: names that the caller gives to nodes without a label, such as those of variables.

    >>> from autograd import Value
    >>> a = Value(2.0, "a")
    >>> values = (a**2).topological_order()
    >>> symbols = Symbols(values, {})
    >>> symbols.add(values[0], []), symbols.add(values[1], [0])
    (None, None)
    >>> symbols.names
    ['a', 'a²']
    """

    __slots__ = ("_given", "_labels", "_short", "copies", "names")

    def __init__(self, values: Sequence[Value], given: Mapping[Value, str]) -> None:
        self._given = given
        labels = {value: clean(label) for value in values if (label := value.label or given.get(value, ""))}
        alike = Counter(labels.values())
        self._labels = alike.keys()
        self.copies: dict[Value, int] = {}
        """Which of several nodes of one label each is, counted from 1."""
        met: Counter[str] = Counter()
        for value, label in labels.items():
            if alike[label] > 1:
                met[label] += 1
                self.copies[value] = met[label]
        self.names: list[str] = []
        """The symbols as text."""
        self._short: list[Math | None] = []
        """The symbols; None where a node has neither a label nor a short formula."""

    def add(self, value: Value, operands: Sequence[int]) -> None:
        """Name the next node, whose operands have the indices ``operands``."""
        label = value.label or self._given.get(value, "")
        symbol: Math | None
        if label:
            name, copy = Name(clean(label)), self.copies.get(value)
            symbol = Numbered(name, copy) if copy else name
        elif value.op is not None:
            symbol = self._formula(value.op, operands)
        else:
            symbol = constant(value.data) if value.kind == "constant" else Name(self.made_up(len(self.names)))
        text = "" if symbol is None else symbol.text if isinstance(symbol, (Name, Number)) else to_text(symbol)
        if symbol is None or not (label or columns(text) <= LONGEST_FORMULA):
            symbol, text = None, self.made_up(len(self.names))
        self.names.append(text)
        self._short.append(symbol)

    def _formula(self, op: Primitive, operands: Sequence[int]) -> Math | None:
        """The formula of a node; None if those of its operands are too long already."""
        room = LONGEST_FORMULA
        for index in operands:
            room -= len(self.names[index])
            if room < 0 or self._short[index] is None:
                return None
        return applied(op, [self[index] for index in operands])

    def __getitem__(self, index: int) -> Math:
        return self._short[index] or Name(self.names[index])

    def made_up(self, index: int) -> str:
        """The name of a node that has no other: ``v14``."""
        return f"v{index}" if f"v{index}" not in self._labels else f"value {index}"

    def is_made_up(self, index: int) -> bool:
        """Whether the name of a node says nothing of it, as ``v14`` does."""
        return self._short[index] in (None, Name(self.made_up(index)))

    def is_given(self, value: Value) -> bool:
        """Whether ``value`` has a label or a given name, rather than its formula."""
        return bool(value.label) or value in self._given
