"""The arguments that views share, checked: a root, a node of its graph, names, the file to write."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from autograd import AutogradError, GradientError, Value, files
from viz.errors import DiagramError
from viz.graph import Graph
from viz.text import clean, cut, variable_names

__all__ = [
    "as_page", "as_target", "asked", "check_choice", "check_count", "check_folder", "check_value", "graph_below",
    "place_of", "write_whole",
]  # fmt: skip


def check_count(given: Any, name: str) -> None:
    """Refuse what is not a whole number, 1 or more, for the argument ``name``."""
    if isinstance(given, bool) or not isinstance(given, int) or given < 1:
        raise ValueError(f"{name} must be a whole number, 1 or more, got {given!r}")


def check_choice(argument: str, given: object, known: Iterable[str]) -> None:
    """Refuse what is not one of the words that an argument may be."""
    known = list(known)
    if given not in known:
        raise ValueError(f"{argument}={given!r} is not known: use one of {', '.join(map(repr, known))}")


def graph_below(
    root: Value | Sequence[Value], names: Mapping[str, Any] | None, asker: str, *, several: bool = False
) -> Graph:
    """The graph of ``root``, or, where ``several`` may be given, of a list of roots; ``asker`` stands in messages.

    Raises:
        TypeError: ``root`` is not a Value, or ``names`` not a dict.
        ValueError: the list is empty.
    """
    roots: Sequence[Any] = root if several and isinstance(root, (list, tuple)) else [root]
    if not roots:
        raise ValueError(f"{asker}(): the list of roots is empty: give a Value, or a list of one or more")
    for k, each in enumerate(roots):
        check_value(each, f"{asker}(): {f'root {k} of the list' if roots is root else 'the root of the graph'}")
    if names is not None and not isinstance(names, Mapping):
        raise TypeError(f"{asker}(): names must be a dict from names to Values, such as locals(), got {_shown(names)}")
    return Graph(roots, variable_names(names or {}))


def asked(node: Value, root: Value, names: Mapping[str, Any] | None, asker: str) -> tuple[Graph, int]:
    """The graph of ``root``, and where ``node``, which was asked about, stands in it.

    Raises:
        TypeError: they are not Values.
        GradientError: ``node`` is not part of the graph. Where the two were given the other way round, it says so.
    """
    graph = graph_below(root, names, asker)
    check_value(node, f"{asker}(): the node")
    if node not in graph.index and root in set(node.topological_order()):
        turned = graph_below(node, names, asker)
        root_name, node_name = (cut(turned.name(turned.index[value]), 30) for value in (root, node))
        order = {"explain": (root_name, node_name)}.get(asker, (node_name, root_name))
        raise GradientError(
            f"{asker}(): {node_name!r} was computed from {root_name!r}, not the other way round: did you mean "
            f"{asker}({', '.join(order)})?"
        )
    return graph, place_of(graph, node, asker)


def place_of(
    graph: Graph, node: Value, asker: str, what: str = "the node", refusal: type[AutogradError] = GradientError
) -> int:
    """Where ``node``, which is ``what`` to the function ``asker``, stands in ``graph``.

    Raises:
        TypeError: ``node`` is not a Value.
        GradientError: it is not part of the graph; or another ``refusal``.
    """
    check_value(node, f"{asker}(): {what}")
    place = graph.index.get(node)
    if place is None:
        name = repr(clean(node.label)) if node.label else f"the {node.op.name} node" if node.op else "the leaf"
        root = cut(graph.name(graph.root), 60)
        raise refusal(
            f"{asker}(): {name} (data = {node.data!r}) is not part of the graph of {root!r}, which does not depend on "
            f"it: give a node that {root!r} was computed from"
        )
    return place


def check_value(given: object, what: str) -> None:
    """Refuse ``given`` unless it is a Value; ``what`` names its part in the message."""
    if not isinstance(given, Value):
        raise TypeError(f"{what} must be a Value, got {_shown(given)}")


def _shown(given: object) -> str:
    """``given`` in a message."""
    return f"{cut(clean(repr(given)), 60)} of type {type(given).__name__}"


# --- the file to write ------------------------------------------------------------------------------------


def as_target(path: Any) -> Path:
    """``path`` as a Path.

    Raises:
        TypeError: it is none.
    """
    try:
        return Path(path)
    except TypeError:
        raise TypeError(f"a picture is saved to the path of a file, not to {path!r}") from None


def as_page(path: Any, asker: str, what: str = "a page") -> Path:
    """``path`` as that of an HTML file in a folder that is there.

    Raises:
        TypeError: it is none.
        DiagramError: it ends otherwise, is a folder, or there is no folder to hold it.
    """
    target = as_target(path)
    if target.suffix.lower() not in (".html", ".htm"):
        way_out = f": for a picture call draw(root).save({str(target)!r})" if target.suffix else ""
        raise DiagramError(f"{asker}() writes {what}, so {str(target)!r} must end in .html{way_out}")
    check_folder(target)
    return target


def check_folder(target: Path) -> None:
    """Refuse a path that is a folder, or whose folder does not exist, before anything is drawn for it.

    Raises:
        DiagramError: it is a folder, or there is no such folder.
    """
    try:
        files.check_target(target)
    except OSError as error:
        raise DiagramError(str(error)) from None


def write_whole(target: Path, content: bytes) -> None:
    """Write beside ``target``, then move into its place: nobody sees half a file.

    Raises:
        DiagramError: the file cannot be written there.
    """
    try:
        files.write_whole(target, content)
    except OSError as error:
        raise DiagramError(f"cannot save to {str(target)!r}: {error.strerror or error}") from error
