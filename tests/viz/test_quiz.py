"""The quiz at the prompt: any graph, hints that are right, wrong answers told what they are, a file of scores."""

from __future__ import annotations

import json
import math

import pytest

from autograd import Value, sigmoid, stop_gradient
from tests.support.graphs import network
from viz import DiagramError, quiz
from viz._arguments import graph_below
from viz._quiz import blanks_of, hint, parse_answer, remark_on, solution, without_gradients
from viz.chain import Chain
from viz.formulas.notation import derivative, to_text
from viz.text import number
from viz.wrong_passes import SLIPS


@pytest.fixture
def typed(monkeypatch, capsys):
    """Runs a quiz whose answers are typed from a list; its score, the questions, and what was printed."""
    monkeypatch.setenv("COLUMNS", "200")

    def run(root, lines, **options):
        lines, questions = iter(lines), []

        def read(question):
            questions.append(question)
            try:
                return next(lines)
            except StopIteration:
                raise EOFError from None

        monkeypatch.setattr("builtins.input", read)
        return quiz(root, **options), questions, capsys.readouterr().out

    return run


def used_thrice():
    x = Value(3.0, "x")
    return (x * x + x).named("L"), x


def test_a_wrong_answer_a_hint_and_the_right_one(typed):
    root, x = used_thrice()
    score, questions, text = typed(root, ["1", "3", "h", "six", "7"])
    assert questions == ["  ∂L/∂L = "] + ["  ∂L/∂x = "] * 4
    assert "that is one flow alone, the one through x·x: 3 flows reach x, and they add up" in text
    assert "'six' is not a number: type one such as 6, -1.5 or 3/4, or h, s, q" in text
    assert repr(score) == "<Score: 2 of 2 right>"
    assert score.answers[1].given == [3.0, 7.0]
    assert not x.has_grad


def test_the_numbers_that_are_asked_for_are_not_shown(typed):
    root = network([2, 2, 1])
    _, _, text = typed(root, [])
    assert text.count("grad ·") > 20
    assert "grad +" not in text
    assert "0 of 0 right." in text


def test_the_solution_does_not_count_and_q_or_control_c_stop(typed, monkeypatch):
    root, _ = used_thrice()
    score, _, text = typed(root, ["s", "q"])
    assert (score.right, len(score.answers)) == (0, 1)
    assert "∂L/∂L = 1: here the pass begins" in text

    def interrupt(_):
        raise KeyboardInterrupt

    monkeypatch.setattr("builtins.input", interrupt)
    assert quiz(root).answers == []


@pytest.mark.parametrize("sizes", [[1, 1], [2, 2, 1], [3, 2, 2, 1], [2, 1, 3, 1]])
def test_every_gradient_as_a_picture_prints_it_is_right_and_its_negative_is_not(typed, sizes):
    root = network(sizes)
    graph = without_gradients(graph_below(root, None, "quiz"))
    chain = Chain(graph)
    blanks = blanks_of(graph, 1000)
    score, _, _ = typed(root, [number(chain.gradient(i)) for i in blanks], questions=1000)
    assert (score.right, len(score.answers)) == (len(blanks), len(blanks))
    known = {slip.words for slip in SLIPS}
    for i in blanks:
        if len(chain.terms(i)) == 1 and abs(chain.gradient(i)) > 1e-3:
            assert remark_on(chain, i, -chain.gradient(i)) in known  # the sign is wrong
            assert remark_on(chain, i, 1e6).startswith("Not right")


@pytest.mark.parametrize("sizes", [[2, 2, 1], [3, 2, 2, 1]])
def test_a_hint_names_every_flow_and_never_the_answer(sizes):
    chain = Chain(without_gradients(graph_below(network(sizes), None, "quiz")))
    for i in range(len(chain.graph)):
        text = hint(chain, i)
        flows = [line for line in text.splitlines() if line.startswith("  through ")]
        assert len(flows) == len(chain.terms(i))
        unknown = to_text(derivative(chain.root, chain.symbol(i)))
        assert unknown not in "".join(flows)
        assert solution(chain, i).startswith(unknown)


def test_a_hint_tells_operands_apart_and_names_the_local_rule():
    root, x = used_thrice()
    chain = Chain(graph_below(root, None, "quiz"))
    assert hint(chain, chain.graph.index[x]).splitlines() == [
        "∂L/∂x is 3 flows that add up: local derivative · the gradient it comes from",
        "  through x·x, operand 1: local derivative x, times ∂L/∂L",
        "  through x·x, operand 2: local derivative x, times ∂L/∂L",
        "  through L = x·x + x: local derivative 1, times ∂L/∂L",
    ]
    assert solution(chain, chain.graph.index[x]).splitlines()[-1] == "      = 7.0000"
    many = Value(1.0, "m")
    total = many * 1.0
    for k in range(20):
        total = total + many * float(k)
    chain = Chain(graph_below(total, None, "quiz"))
    assert hint(chain, chain.graph.index[many]).splitlines()[-1] == "  and 9 more flows"


def test_a_value_that_no_flow_reaches_has_a_hint():
    x = Value(3.0, "x")
    root = (sigmoid(x) + stop_gradient(x * 2.0)).named("L")
    chain = Chain(graph_below(root, None, "quiz"))
    held = next(i for i, v in enumerate(chain.graph.values) if v.op and v.op.name == "mul")
    assert hint(chain, held).endswith("no flow reaches it")


@pytest.mark.parametrize(
    ("given", "found"),
    [("3/4", 0.75), ("−1.5", -1.5), ("- 2", -2.0), ("1/0", None), ("six", None), ("3/", None)]
    + [(huge, None) for huge in ("1e400", "1e999999999", "nan", "-inf")],
)
def test_how_an_answer_is_read(given, found):
    assert parse_answer(given) == found


def test_some_of_many_are_asked_all_the_way_back():
    graph = graph_below(network([4, 5, 3, 1]), None, "quiz")
    few = blanks_of(graph, 6)
    assert len(few) == 6
    assert few[0] == graph.root
    assert [i for i in graph.way_back if i in few] == few
    assert blanks_of(graph_below(Value(2.0) * 3.0, None, "quiz"), 5) == [2, 0]  # all but the constant


def test_scores_are_kept_line_by_line(typed, tmp_path):
    path, (root, _) = tmp_path / "scores.jsonl", used_thrice()
    typed(root, ["1", "3", "7"], score=path)
    path.write_text(path.read_text().rstrip("\n"))  # as an editor may leave it
    typed(root, ["s"], score=path)
    typed(root, [], score=path)  # nothing answered, nothing kept
    first, second = map(json.loads, path.read_text(encoding="utf-8").splitlines())
    assert (first["graph"], first["right"], first["asked"]) == ("L", 2, 2)
    assert first["answers"][1]["name"] == "x"
    assert first["answers"][1]["remarks"][0].startswith("that is one flow alone")
    assert math.isclose(first["answers"][1]["gradient"], 7.0)
    assert (second["right"], second["asked"]) == (0, 1)


def test_bad_arguments_are_refused_before_the_first_question(tmp_path):
    root, x = used_thrice()
    with pytest.raises(DiagramError, match="no folder"):
        quiz(root, score=tmp_path / "none" / "scores.jsonl")
    with pytest.raises(ValueError, match="questions must be a whole number, 1 or more, got 0"):
        quiz(root, questions=0)
    with pytest.raises(TypeError, match="must be a Value"):
        quiz([root, x])
    with pytest.raises(TypeError, match="must be a Value"):
        quiz(3.0)
