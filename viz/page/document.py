"""``step_through``: pictures, facts, style and script in one HTML file that asks nothing of any other."""

from __future__ import annotations

import base64
import hashlib
import os
import re
from collections.abc import Iterable, Mapping, Sequence
from functools import cache, lru_cache
from html import escape
from importlib.resources import files
from pathlib import Path
from string import Template
from typing import Any, NamedTuple

from autograd import Primitive, Value, javascript
from viz._arguments import as_page, check_choice, graph_below, write_whole
from viz.graph import Graph
from viz.page.facts import as_json, facts_of, notes_of, operations_of, pass_of
from viz.page.languages import Language, language_of
from viz.page.lessons import captions_of, lesson_of, quiz_in, wrong_operations_of
from viz.page.pictures import SCALE, levels_of, scale_of_colours, style_rules
from viz.picture.paint import SHARES
from viz.style import THEMES
from viz.text import DECIMALS, DIGITS, LEAST, MANTISSA, MINUS, MOST, NOT_COMPUTED, ROUNDED, clean, cut

__all__ = ["Page", "page_in_parts", "page_of", "step_through"]

_STYLES = ("picture.css", "panel.css", "lessons.css", "page.css", "print.css")
_SCRIPTS = (
    "words.js", "sweep.js", "view.js", "picture.js", "chain.js", "panel.js", "leaves.js", "table.js",
    "descend.js", "quiz.js", "matrices.js", "window.js",
    "controls.js",
)  # fmt: skip
"""The parts of the script, each after those it uses."""
_NUMBERS = {
    "decimals": DECIMALS,
    "mantissa": MANTISSA,
    "digits": DIGITS,
    "least": LEAST,
    "most": MOST,
    "minus": MINUS,
    "rounded": ROUNDED,
    "notComputed": NOT_COMPUTED,
}
"""The rules of :mod:`viz.text`, by which the script writes numbers."""


def step_through(  # noqa: PLR0913 -- one for each choice a reader of the page has
    root: Value | Sequence[Value],
    path: str | os.PathLike[str],
    *,
    names: Mapping[str, Any] | None = None,
    theme: str = "auto",
    captions: Mapping[int | str | Value, str] | None = None,
    language: str = "en",
) -> Path:
    """Write a page that plays the forward and the backward pass of ``root``, and return its path.

    The page steps through both passes with the arithmetic of each step, shows every flow that reaches a value and
    the chain rule behind it, and computes everything again as a leaf is moved. It needs no other file and no
    network. No gradient of the graph changes; hooks run once, for the page's own pass. The file appears whole or not
    at all.

    Args:
        root: the value that is differentiated; of a list of values, their sum is.
        path: where to write it; its ending is ``.html`` or ``.htm``.
        names: variables, such as ``locals()``, to name the values that have no label.
        theme: ``"light"``, ``"dark"``, or ``"auto"`` for what the reader's system prefers.
        captions: a teacher's words, as plain text: by the step of the backward pass that they stand at, 0 before the
            first; or by a value, or its name, whose step in either pass they stand at, and where it is looked at.
        language: of the page: ``"en"``, or ``"de"`` for German.

    Raises:
        TypeError: ``root`` is not a Value, ``names`` is not a dict, or a caption not a str.
        GradientError: a caption is of a value that is not in the graph, or of a step that there is not.
        ValueError: the theme or the language is not one of those.
        StaleGraphError: a leaf changed after the graph was built.
        DiagramError: an ending other than these, a graph of too many values, or a file that cannot be written there.

    >>> import tempfile
    >>> from autograd import Value
    >>> a = Value(2.0, "a")
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     step_through((a * a).named("y"), f"{folder}/page.html").name
    'page.html'
    """
    target = as_page(path, "step_through")
    write_whole(target, page_of(root, names=names, theme=theme, captions=captions, language=language).encode())
    return target


class Page(NamedTuple):
    """A page in its parts; as a str it is one HTML document."""

    title: str
    theme: str
    language: str
    body: str
    """The controls, the pictures and the facts of one graph: all that its script needs to find."""
    script: str
    """The same for all graphs of the same operations."""

    def __str__(self) -> str:
        style = _style()
        return Template(_part("page.html")).substitute(
            self._asdict(), title=escape(self.title), style=style, policy=_policy(style, self.script)
        )


def page_of(
    root: Value | Sequence[Value],
    *,
    names: Mapping[str, Any] | None = None,
    theme: str = "auto",
    captions: Mapping[int | str | Value, str] | None = None,
    language: str = "en",
) -> str:
    """The step-through page of the graph of ``root``, as one HTML document.

    Arguments and errors are those of :func:`viz.step_through`.

    >>> from autograd import Value
    >>> page = page_of((Value(2.0, "a") * 3.0).named("y"))
    >>> page[:15], "connect-src" in page, "http://" in page.replace("http://www.w3.org/", "")
    ('<!doctype html>', False, False)
    """
    check_choice("theme", theme, THEMES)
    spoken = language_of(language)
    graph = graph_below(root, names, "step_through", several=True)
    return str(_page(graph, theme, captions_of(graph, captions or {}), spoken))


def page_in_parts(root: Value, language: str = "en") -> Page:
    """The same page in its parts, of which a playground sends the body alone where the script is one it has sent."""
    graph = graph_below(root, None, "play")
    return _page(graph, "auto", captions_of(graph, {}), language_of(language))


def _page(graph: Graph, theme: str, captions: dict[str, Any], language: Language) -> Page:
    held, accounts = notes_of(graph, language)  # of what the nodes hold, before the page's own pass takes their place
    own = pass_of(graph)
    graph.grads = [gradient or 0.0 for gradient in own.gradients]
    levels = levels_of(graph, language)
    facts = facts_of(graph, own, language) | held
    wrong, rules = wrong_operations_of(graph, language)
    operations, still = _evaluator(graph, facts, wrong, language)
    facts |= {
        "levels": [meaning for _, meaning in levels],
        "still": still,
        "rules": rules,
        **lesson_of(graph),
        **captions,
    }
    tabs = [name for name in language.tabs if name != "matrices" or facts["matrices"]]
    body = Template(language.in_markup(_part("body.html"))).substitute(
        root=escape(cut(graph.title)),
        tabs="\n".join(_tab(name, language.tabs[name]) for name in tabs),
        panels="\n".join(_panel(name) for name in tabs),
        pictures="\n".join(svg for svg, _ in levels),
        scale=scale_of_colours(),
        accounts="".join(f'<span class="held">{escape(words)}</span>' for words in accounts),
        shares=language.of(SHARES),
        facts=as_json(facts),
    )
    title = language.of(f"{cut(graph.title)}, step by step")
    return Page(title, theme, language.code, body, _script(operations, language))


def _tab(name: str, title: str) -> str:
    return f'<button type="button" role="tab" id="tab-{name}" aria-controls="{name}">{title}</button>'


def _panel(name: str) -> str:
    inside = '<div id="said" aria-live="polite"></div><div id="control"></div>' if name == "explain" else ""
    return f'<div role="tabpanel" id="{name}" aria-labelledby="tab-{name}" hidden>{inside}</div>'


@cache
def _part(name: str) -> str:
    return (files(__package__) / name).read_text(encoding="utf-8")


def _evaluator(
    graph: Graph, facts: Mapping[str, Any], wrong: list[tuple[Primitive, int]], language: Language
) -> tuple[str, str]:
    """The operations of ``graph`` in JavaScript, then those that have wrong derivatives, of which a quiz speaks.

    Or none, and why its leaves cannot be moved.
    """
    if facts["replaced"]:
        names = ", ".join(graph.name(i) for i in facts["replaced"])
        said = f"The leaves of this page cannot be moved: a hook in Python replaces the gradient of {names}."
        return "null", language.of(said)
    try:
        return _translated((*operations_of(graph), *wrong)), ""
    except NotImplementedError as error:
        return "null", language.of(f"The leaves of this page cannot be moved: {clean(str(error))}")


@cache
def _style() -> str:
    rules = _bare([style_rules(), *map(_part, _STYLES)])
    return re.sub(r"\s*([{};,])\s*", r"\1", rules).replace(": ", ":").replace(";}", "}")


@lru_cache(maxsize=8)
def _script(operations: str, language: Language) -> str:
    tables = {"WORDS": language.words, "NUMBERS": _NUMBERS, "SCALE": SCALE, "QUIZ": quiz_in(language)}
    given = {name: as_json(table) for name, table in tables.items()} | {"OPERATIONS": operations}
    parts = [f"const {name} = {text};" for name, text in given.items()]
    return f'"use strict";\n(() => {{\n{_script_of(parts)}\n{_fixed_script()}\nbegin();\n}})();'


@cache
def _fixed_script() -> str:
    """The part of the script that is the same on every page: a function, for a playground begins it anew."""
    return f"function begin(seen) {{\n{_script_of(map(_part, _SCRIPTS))}\n}}"


_translated = lru_cache(maxsize=8)(javascript)

_LITERAL = re.compile(r'("(?:[^"\\\n]|\\.)*"|`[^`]*`|(?<=[(,=:]) ?/(?:[^/\\\n\[]|\\.|\[[^\]]*\])+/)')
_SPACED = re.compile(r"\s*([=?:,;(){}\[\]&|<>*/%!])\s*")
_TERMS = re.compile(r"(?<![+-]) ([+-]) (?![+-])")
_OPEN = re.compile(r"(?<=[{;,(\[])\n|;?\n?(?=})")


def _script_of(parts: Iterable[str]) -> str:
    """``parts`` as one script without comments, indentation, and spaces that say nothing: all but a few in literals."""
    pieces = _LITERAL.split(_bare(parts))
    pieces[::2] = [_OPEN.sub("", _closed(piece)) for piece in pieces[::2]]
    return "".join(pieces)


def _closed(code: str) -> str:
    """Code between literals without the spaces around its signs; its lines stay."""
    return "\n".join(_SPACED.sub(r"\1", _TERMS.sub(r"\1", line)) for line in code.split("\n"))


def _bare(parts: Iterable[str]) -> str:
    """``parts`` without comments and indentation, which are for the readers of the source."""
    lines = [line.partition(" // ")[0].strip() for part in parts for line in part.splitlines()]
    return "\n".join(line for line in lines if line and not line.startswith(("//", "/*")))


def _policy(style: str, script: str) -> str:
    """The content-security policy: this style and this script, known by their hashes, and nothing else."""
    return f"default-src 'none'; style-src '{_digest(style)}'; script-src '{_digest(script)}'; base-uri 'none'"


def _digest(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
