"""``tree``: a graph in a terminal, each value under what was computed from it.

A value that is used twice stands once; after that ``↑ a1[1]`` points to it. A sum written as a chain of ``+`` is one
row with its terms under it. Nothing recurses; values for which the width or the depth leaves no room are counted.
"""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

from rich.cells import cell_len
from rich.console import Console, ConsoleOptions, RenderResult
from rich.text import Text

from autograd import Value
from viz._arguments import graph_below
from viz.graph import Graph
from viz.picture.fold import fuse, terms_of
from viz.terminal import TextView, written
from viz.text import count, cut, datum, signed

__all__ = ["Tree", "tree"]

LONGEST_NAME = 40
MOST_ROWS = 500
"""The most rows of a tree."""
MOST_UNASKED = 60
"""The most rows on a terminal that is not taller, if no depth was asked for."""
ROOM = 48
"""The columns that a row needs besides its branches, on a terminal that is wide enough."""


FORK, LAST, PASS_BY, BLANK, SEEN = "├─ ", "└─ ", "│  ", "   ", "↑ "


class Tree(TextView):
    """A graph as rows of text. Made by :func:`tree`; it prints itself, in colours where rich prints it.

    >>> from autograd import Value
    >>> from viz import tree
    >>> str(tree(Value(2.0, "a") * 3.0)).splitlines()[0]
    'a·3   6.0000   grad ·'
    """

    def __init__(self, graph: Graph, depth: int | None) -> None:
        self._graph = graph
        self._depth = depth
        self._head = fuse(graph).head

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        width = options.max_width
        shown: set[int] = set()
        room = self._room()
        for i, line in islice(self._rows(width), room):
            shown.add(i)
            yield _fitted(line, options)
        hidden = len(self._graph) - len(shown) - self._partial_sums(shown)
        if hidden:
            more = ": ask for a depth, tree(root, depth=9), to see more rows" if room < MOST_ROWS else ""
            yield _fitted(Text(f"… {count(hidden, 'more value')}{more}", style="dim"), options)
        for said in self._said():
            yield _fitted(Text(said, style="dim"), options)

    def _room(self) -> int:
        """How many rows to show: on a terminal no more than it has, unless somebody asked for a depth."""
        if self._depth is not None or not sys.stdout.isatty():
            return MOST_ROWS
        return min(MOST_ROWS, max(MOST_UNASKED, shutil.get_terminal_size().lines - 5))

    def _said(self) -> list[str]:
        """The remarks under the tree: whose gradients they are, and the meaning of #1 and #2."""
        graph = self._graph
        copies = [graph.name(graph.index[value]) for value in graph.symbols.copies]
        words = graph.legend()
        if copies:
            words.append(f"{copies[0]}, {copies[1]}: different values of one name, numbered")
        return words

    def _partial_sums(self, shown: set[int]) -> int:
        """How many partial sums are hidden in the sums shown."""
        head, values = self._head, self._graph.values
        hidden = [i for i, sum_ in enumerate(head) if sum_ != i and sum_ in shown and i not in shown]
        return sum(op.name == "add" for i in hidden if (op := values[i].op) is not None)

    def _rows(self, width: int) -> Iterator[tuple[int, Text]]:
        """Every value with its row, from the root down; depth first, on a stack of its own."""
        room = min(ROOM, width * 2 // 3)
        met: set[int] = set()
        stack = [(root, "", "", 0) for root in _apart(self._graph)]
        while stack:
            i, branches, below, depth = stack.pop()
            operands = terms_of(self._graph, self._head, i)
            too_deep = depth == self._depth or cell_len(below) > max(0, width - room)
            seen = i in met
            met.add(i)
            yield i, self._line(i, branches, seen=seen, cut_off=bool(operands) and too_deep)
            if seen or too_deep:
                continue
            last = len(operands) - 1
            for k, operand in reversed([*enumerate(operands)]):
                fork, beside = (FORK, PASS_BY) if k < last else (LAST, BLANK)
                stack.append((operand, below + fork, below + beside, depth + 1))

    def _line(self, i: int, branches: str, *, seen: bool, cut_off: bool) -> Text:
        """The row of a value; just its name where it was ``seen`` further up."""
        graph = self._graph
        line = Text(branches, style="dim")
        name = cut(graph.name(i), LONGEST_NAME)
        if seen:
            return line.append(f"{SEEN}{name}", style="not dim italic")
        line.append(name, style="not dim bold")
        value = graph.values[i]
        # Just Σ for a chain of sums, whose terms stand below it.
        is_chain = len(terms_of(graph, self._head, i)) != len(graph.operands(i))
        formula = "Σ" if is_chain else graph.formula(i)
        if formula not in ("", graph.name(i)):
            line.append(f" = {cut(formula, LONGEST_NAME)}", style="not dim")
        if value.op is not None or value.kind != "constant":
            line.append(f"   {datum(value.data)}", style="not dim cyan")
        grad = graph.grads[i]
        line.append("   grad ", style="dim")
        line.append(signed(grad), style=f"not dim {_colour(grad)}")
        parts = [f"{line_.word} {line_.number}" for line_ in graph.account_lines(i)]
        if parts:
            line.append(f" ({', '.join(parts)})", style="dim")
        if cut_off:
            line.append("  …", style="dim")
        return line


def _apart(graph: Graph) -> list[int]:
    """The roots that no other root is computed from, the first last, as on a stack."""
    used = set(graph.sources)
    return [root for root in reversed(graph.roots) if root not in used]


def tree(root: Value | Sequence[Value], *, depth: int | None = None, names: Mapping[str, Any] | None = None) -> Tree:
    """The graph of ``root`` as a tree of text: name, formula, data and gradient of each value.

    Args:
        root: the value on top; or a list of values, of which each stands on top that no other is computed from.
        depth: how many levels below it are shown, in 500 rows at most; None for as many rows as a terminal has, 60 or
            more.
        names: variables, such as ``locals()``, to name the values that have no label.

    Returns:
        A :class:`Tree`, which prints itself as wide as the terminal; with colours if printed by rich.

    Raises:
        TypeError: ``root`` is not a Value.
        ValueError: ``depth`` is not a whole number of levels.
        StaleGraphError: a leaf changed after the graph was built.

    >>> from autograd import Value
    >>> from viz import tree
    >>> a, b = Value(2.0, "a"), Value(-3.0, "b")
    >>> L = ((a * b + a).named("c")).tanh().named("L")
    >>> L.backward()
    >>> tree(L)
    L = tanh(c)   −0.9993   grad +1.0000
    └─ c = a·b + a   −4.0000   grad +0.0013
       ├─ a·b   −6.0000   grad +0.0013
       │  ├─ a   2.0000   grad −0.0027
       │  └─ b   −3.0000   grad +0.0027
       └─ ↑ a
    """
    if depth is not None and (isinstance(depth, bool) or not isinstance(depth, int) or depth < 0):
        raise ValueError(f"depth must be a whole number of levels, 0 or more, or None for all, got {depth!r}")
    return Tree(graph_below(root, names, "tree", several=True), depth)


def _colour(grad: float | None) -> str:
    return "default" if not grad else "yellow" if grad > 0 else "magenta"


def _fitted(line: Text, options: ConsoleOptions) -> Text:
    """``line``, cut to one row of the terminal."""
    line = written(line.plain, options) if options.ascii_only else line
    line.truncate(options.max_width, overflow="ellipsis" if not options.ascii_only else "crop")
    line.no_wrap = True
    return line
