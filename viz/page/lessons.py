"""The facts that the page's lessons need: what learns, the model's two inputs, its matrices, the slips of a quiz."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from autograd import GradientError, Primitive, Value
from viz._quiz import ANSWERED, blanks_of
from viz.formulas.notation import name_parts
from viz.graph import Graph
from viz.page.facts import operations_of
from viz.page.languages import Language
from viz.text import clean
from viz.wrong_passes import REACH, SLIPS, TYPED, wrong_operations

__all__ = ["captions_of", "lesson_of", "quiz_in", "wrong_operations_of"]

WIDEST = 8
"""Up to how many rows and columns the matrices of a layer are shown."""


def quiz_in(language: Language) -> dict[str, Any]:
    """How a wrong answer is told what it is: the table of slips, and how near an answer must be."""
    return {
        "slips": [slip._asdict() | {"words": language.of(slip.words)} for slip in SLIPS],  # noqa: SLF001 -- public
        "reach": [language.of(words) for words in REACH],
        "close": ANSWERED,
        "typed": TYPED,
    }


def captions_of(graph: Graph, captions: Mapping[int | str | Value, str]) -> dict[str, Any]:
    """A teacher's words by the step of the backward pass, and by node.

    Raises:
        TypeError: they are no dict, or one of them is not a str.
        GradientError: they are of a step or a value that there is not.
    """
    if not isinstance(captions, Mapping):
        raise TypeError(f"step_through(): captions must be a dict from steps or values to str, got {captions!r}")
    steps: dict[int, str] = {}
    nodes: dict[int, str] = {}
    names = {graph.name(i): i for i in range(len(graph))}
    names |= {value.label: i for i, value in enumerate(graph.values) if value.label}
    for key, words in captions.items():
        if not isinstance(words, str):
            raise TypeError(f"step_through(): the caption of {key!r} must be a str, got {words!r}")
        if isinstance(key, int) and not isinstance(key, bool):
            if not 0 <= key <= len(graph):
                raise GradientError(
                    f"step_through(): there is no step {key} to caption: the backward pass has steps 0 to {len(graph)}"
                )
            steps[key] = clean(words)
            continue
        place = graph.index.get(key) if isinstance(key, Value) else names.get(str(key))
        if place is None:
            raise GradientError(
                f"step_through(): the caption of {key!r}: {graph.title} was not computed from such a value"
            )
        nodes[place] = clean(words)
    return {"captions": {"steps": steps, "nodes": nodes}}


def lesson_of(graph: Graph) -> dict[str, Any]:
    """The facts about ``graph`` that its page's lessons need."""
    return {"blanks": blanks_of(graph, len(graph)), "matrices": _layers(graph), "model": _model(graph)}


def wrong_operations_of(
    graph: Graph, language: Language
) -> tuple[list[tuple[Primitive, int]], dict[int, list[tuple[int, str]]]]:
    """The operations of ``graph`` with wrong derivatives, and for each of its operations where they stand, in words."""
    given = operations_of(graph)
    found: list[tuple[Primitive, int]] = []
    rules: dict[int, list[tuple[int, str]]] = {}
    for k, (op, inputs) in enumerate(given):
        for words, wrong in wrong_operations(op, inputs):
            rules.setdefault(k, []).append((len(given) + len(found), language.of(words)))
            found.append((wrong, inputs))
    return found, rules


def _named(graph: Graph) -> dict[tuple[str, str], dict[tuple[int, ...], list[int]]]:
    """The nodes by letter and layer, then by index: of several examples each index has several nodes."""
    found: dict[tuple[str, str], dict[tuple[int, ...], list[int]]] = {}
    for i, value in enumerate(graph.values):
        parts = name_parts(value.label)
        if value.label and parts.index:
            index = tuple(map(int, parts.index.split(",")))
            found.setdefault((parts.base, parts.layer), {}).setdefault(index, []).append(i)
    return found


def _layers(graph: Graph) -> list[dict[str, Any]]:
    """The layers whose matrices are whole: W as rows, and a[l − 1] and z[l] as a row for each example."""
    named, found = _named(graph), []
    for (letter, layer), weights in named.items():
        if letter != "W" or not layer:
            continue
        rows, across = (max((index[axis] for index in weights if len(index) == 2), default=0) for axis in (0, 1))
        if not 0 < max(rows, across) <= WIDEST:
            continue
        a = _examples(named.get(("a", str(int(layer) - 1)), {}), rows)
        z = _examples(named.get(("z", layer), {}), across)
        whole = all(len(weights.get((r, c), [])) == 1 for r in range(1, rows + 1) for c in range(1, across + 1))
        if whole and 0 < len(a) == len(z) <= WIDEST:
            entries = [[weights[r, c][0] for c in range(1, across + 1)] for r in range(1, rows + 1)]
            inner = graph.values[a[0][0]].op is not None
            found.append({"layer": int(layer), "W": entries, "a": a, "z": z, "inner": inner})
    return sorted(found, key=lambda one: one["layer"])


def _examples(nodes: dict[tuple[int, ...], list[int]], width: int) -> list[list[int]]:
    """Nodes as a row for each example; empty where some are missing."""
    columns = [nodes.get((k,), []) for k in range(1, width + 1)]
    same = len({len(column) for column in columns}) == 1 and len(nodes) == width
    return [list(row) for row in zip(*columns, strict=True)] if same else []


def _model(graph: Graph) -> dict[str, Any] | None:
    """The two inputs and the output of the model for each example; None where it has not two inputs."""
    named, parameters = _named(graph), graph.parameters
    for (letter, layer), nodes in named.items():
        rows = _examples(nodes, 2)
        leaves = all(graph.values[i].op is None and graph.values[i].kind == "input" for row in rows for i in row)
        if not (rows and leaves and parameters) or (letter, layer) not in (("a", "0"), ("x", "")):
            continue
        found = [_output(graph, row, [i for other in rows if other is not row for i in other]) for row in rows]
        outputs = [output for output in found if output is not None]
        if len(outputs) < len(rows):
            return None
        op = graph.values[outputs[0]].op
        targets = [i for i, value in enumerate(graph.values) if value.label == "y" and value.op is None]
        return {
            "examples": [[*row, output] for row, output in zip(rows, outputs, strict=True)],
            "targets": targets if len(targets) == len(rows) else [],
            "middle": 0.5 if op is not None and op.name == "sigmoid" else 0.0,
        }
    return None


def _output(graph: Graph, inputs: list[int], others: list[int]) -> int | None:
    """The first node that depends on both inputs and on every parameter, or what a function of it alone makes of it."""
    places = {place: 1 << k for k, place in enumerate([*inputs, *sorted(graph.parameters), *others])}
    wanted = (1 << (len(inputs) + len(graph.parameters))) - 1
    masks = [places.get(i, 0) for i in range(len(graph))]
    for i in range(len(graph)):
        for k in graph.operands(i):
            masks[i] |= masks[k]
        if masks[i] == wanted:
            return _climbed(graph, i)
    return None


def _climbed(graph: Graph, i: int) -> int:
    """Node ``i``, or what is computed from it alone, one function after the other."""
    while True:
        users = {graph.targets[e] for e in graph.flow_edges(i)}
        above = next(iter(users), graph.root)
        alone = len(users) == 1 and len(set(graph.values[above].parents)) == 1
        if not alone or above == graph.root or not graph.has_own_name(above):
            return i
        i = above
