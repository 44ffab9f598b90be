"""``quiz``: the gradients of a graph asked for at the prompt, with hints, and wrong answers told what they are."""

from __future__ import annotations

import json
import math
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.text import Text

from autograd import Value
from viz._arguments import as_target, check_count, check_folder, graph_below, write_whole
from viz._tree import Tree
from viz.chain import MOST_TERMS, Chain
from viz.formulas.notation import derivative, text_lines, to_text
from viz.graph import Graph
from viz.terminal import for_stdout
from viz.text import count, cut, number
from viz.wrong_passes import agrees, slips_at

__all__ = ["ANSWERED", "Answer", "Score", "blanks_of", "parse_answer", "quiz", "remark_on", "without_gradients"]

HOW = "Answer with a number such as 6, -1.5 or 3/4; or h for a hint, s for the solution, q to stop."
ANSWERED = 2e-3
"""How far an answer may be off, as a part of the gradient: it is worked out from numbers of four decimals."""


@dataclass(frozen=True, slots=True)
class Answer:
    """The answers to one question."""

    name: str
    gradient: float
    given: list[float]
    """The numbers that were typed, in their order."""
    remarks: list[str]
    """The remark on each of them that was wrong."""
    right: bool
    """Whether it was answered before the solution was shown."""


class Score:
    """The result of a quiz. Made by :func:`quiz`.

    Attributes:
        answers: each question that was answered, or whose solution was shown.

    >>> from viz import Score
    >>> Score([])
    <Score: 0 of 0 right>
    """

    def __init__(self, answers: list[Answer]) -> None:
        self.answers = answers

    @property
    def right(self) -> int:
        """How many were answered right."""
        return sum(answer.right for answer in self.answers)

    def __repr__(self) -> str:
        return f"<Score: {self.right} of {len(self.answers)} right>"


def quiz(
    root: Value,
    *,
    names: Mapping[str, Any] | None = None,
    questions: int = 12,
    score: str | os.PathLike[str] | None = None,
) -> Score:
    """Ask for the gradients of ``root`` at the prompt, from the root back, and return the score.

    The graph is printed without its gradients. ``h`` names the flows into the value and the local rule of each, with
    the operand that it is; ``s`` gives the numbers; ``q``, or the end of the input, stops. Where a wrong answer comes
    from a known slip, the slip is named: one flow of two, the sign, a missing local derivative, a wrong rule. An answer
    is right to a five-hundredth of the gradient, or to the digits in which it is printed. No gradient of the graph
    changes.

    Args:
        root: what is differentiated.
        names: variables, such as ``locals()``, to name the values that have no label.
        questions: how many values are asked for at most; of more, some all the way back.
        score: a file to which a line of JSON is added: when, of what, and every answer.

    Raises:
        TypeError: ``root`` is not a Value.
        ValueError: ``questions`` is not a whole number, 1 or more.
        StaleGraphError: a leaf changed after the graph was built.
        DiagramError: the score cannot be written there; said before the first question.

    >>> from autograd import Value
    >>> from viz import quiz
    >>> x = Value(3.0, "x")
    >>> quiz((x * x + x).named("L"))  # doctest: +SKIP
    L = x·x + x   12.0000   grad ·
    ├─ x·x   9.0000   grad ·
    │  ├─ x   3.0000   grad ·
    │  └─ ↑ x
    └─ ↑ x
    Answer with a number such as 6, -1.5 or 3/4; or h for a hint, s for the solution, q to stop.
      ∂L/∂L = 1
      right
      ∂L/∂x = 3
      that is one flow alone, the one through x·x: 3 flows reach x, and they add up
    """
    check_count(questions, "questions")
    target = None if score is None else as_target(score)
    if target is not None:
        check_folder(target)
    chain = Chain(without_gradients(graph_below(root, names, "quiz")))
    console = Console()
    console.print(Text(str(Tree(chain.graph, None))))
    console.print(HOW)
    answers: list[Answer] = []
    for i in blanks_of(chain.graph, questions):
        answer = _asked(chain, i, console)
        if answer is None:
            break
        answers.append(answer)
    found = Score(answers)
    console.print(f"{found.right} of {len(answers)} right.")
    if target is not None and answers:
        _keep(target, chain.graph, found)
    return found


def without_gradients(graph: Graph) -> Graph:
    """``graph`` as it is before ``backward()``: every gradient blank."""
    graph.held = [None] * len(graph)
    graph.grads = [None] * len(graph)
    graph.to_fill_in = True
    return graph


def blanks_of(graph: Graph, most: int) -> list[int]:
    """The nodes whose gradients are asked for, from the root back: those with names, and leaves but for constants."""
    kinds = ["" if value.op is not None else value.kind for value in graph.values]
    given = {i for i, kind in enumerate(kinds) if kind != "constant" and (kind or graph.has_own_name(i))}
    asked = [i for i in graph.way_back if i in given or i == graph.root]
    return asked if len(asked) <= most else [asked[k * len(asked) // most] for k in range(most)]


def parse_answer(typed: str) -> float | None:
    """The finite number or fraction that was typed, if it is one.

    >>> parse_answer("3/4"), parse_answer("−1.5"), parse_answer("six"), parse_answer("1/0")
    (0.75, -1.5, None, None)
    """
    top, slash, bottom = typed.replace(" ", "").replace("−", "-").partition("/")
    try:
        found = float(top) / float(bottom if slash else 1)
    except (ValueError, ZeroDivisionError):
        return None
    return found if math.isfinite(found) else None


def remark_on(chain: Chain, i: int, given: float) -> str:
    """The slip that gives ``given`` for the gradient of node ``i``, in words; or that none is known."""
    for found in slips_at(chain.graph, i, chain.gradients):
        if agrees(given, found.total, close=ANSWERED) and not _is_right(chain, i, found.total):
            return found.words
    return "Not right. Type h to see the chain rule here."


def _is_right(chain: Chain, i: int, given: float) -> bool:
    """Whether ``given`` is the gradient of node ``i``, as it is or as a picture writes it."""
    largest = max((abs(term.contribution) for term in chain.terms(i)), default=0.0)
    truth = chain.gradient(i)
    return number(given) == number(truth) or agrees(given, truth, largest, close=ANSWERED)


def _asked(chain: Chain, i: int, console: Console) -> Answer | None:
    """Ask for one gradient until it is right or the solution is shown; None to stop."""
    question = for_stdout(f"  {to_text(derivative(chain.root, chain.symbol(i)))} = ")
    answer = Answer(chain.name(i), chain.gradient(i), [], [], right=False)
    while True:
        try:
            typed = input(question).strip()
        except (EOFError, KeyboardInterrupt):
            return None
        match typed.lower():
            case "q":
                return None
            case "h":
                _say(console, hint(chain, i))
                continue
            case "s":
                _say(console, solution(chain, i))
                return answer
        given = parse_answer(typed)
        if given is None:
            _say(console, f"{typed!r} is not a number: type one such as 6, -1.5 or 3/4, or h, s, q")
            continue
        answer.given.append(given)
        if _is_right(chain, i, given):
            _say(console, "right", "green")
            return replace(answer, right=True)
        answer.remarks.append(remark_on(chain, i, given))
        _say(console, answer.remarks[-1], "red")


def _say(console: Console, words: str, style: str = "") -> None:
    console.print(Text(for_stdout("\n".join(f"  {line}" for line in words.splitlines())), style))


def hint(chain: Chain, i: int) -> str:
    """The flows into node ``i``, each with the local rule of its operation: all but the numbers."""
    asked = to_text(derivative(chain.root, chain.symbol(i)))
    if i == chain.graph.root:
        return f"{asked} = 1: here the pass begins"
    graph, terms = chain.graph, chain.terms(i)
    if not terms:
        return f"{asked}: no flow reaches it"
    many = f"{len(terms)} flows that add up" if len(terms) > 1 else "one flow"
    lines = [f"{asked} is {many}: local derivative · the gradient it comes from"]
    for term in terms[:MOST_TERMS]:
        e, child = term.edge, graph.targets[term.edge]
        where = f", operand {e - graph.first[child] + 1}" if graph.operands(child).count(i) > 1 else ""
        formula = cut(graph.formula(child), 60)
        through = chain.name(child) if formula == graph.name(child) else f"{cut(chain.name(child), 30)} = {formula}"
        ahead = to_text(derivative(chain.root, chain.symbol(term.child)))
        lines.append(f"  through {through}{where}: local derivative {to_text(chain.local(e))}, times {ahead}")
    if len(terms) > MOST_TERMS:
        lines.append(f"  and {count(len(terms) - MOST_TERMS, 'more flow')}")
    return "\n".join(lines)


def solution(chain: Chain, i: int) -> str:
    """The chain rule at node ``i`` with its numbers."""
    return hint(chain, i) if i == chain.graph.root else text_lines([chain.rule(i).equation])


def _keep(target: Path, graph: Graph, score: Score) -> None:
    """Add a line to the file of scores; what it held stays."""
    line = {
        "when": datetime.now(UTC).isoformat(timespec="seconds"),
        "graph": graph.title,
        "right": score.right,
        "asked": len(score.answers),
        "answers": [asdict(answer) for answer in score.answers],
    }
    before = target.read_bytes() if target.exists() else b""
    if before and not before.endswith(b"\n"):
        before += b"\n"
    write_whole(target, before + json.dumps(line, ensure_ascii=False).encode() + b"\n")
