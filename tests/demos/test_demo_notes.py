"""The demos of the notes print what they promise: both forms agree, slips are wrong, corrections are right."""

import importlib
import math
import re
from pathlib import Path

import numpy as np
import pytest

from autograd import Value
from demos import _black_scholes, _slips_kinds, any_parameter, mistakes, plain_math, quiz, slips
from demos._slips import row_vectors
from demos._slips_columns import any_parameter as parameter_slips
from demos._slips_columns import columns
from demos._slips_guided import any_depth, guided
from viz import compare, wrong_pass


@pytest.fixture
def printed(monkeypatch, tmp_path, capsys):
    """Runs a demo in a folder of its own; what it printed."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")

    def run(name):
        importlib.import_module(f"demos.{name}").main()
        return capsys.readouterr().out

    return run


def differences(text):
    """The largest difference of each quantity that is shown in two forms."""
    return [float(number) for number in re.findall(r"\d, difference (\S+)$", text, re.MULTILINE)]


@pytest.mark.parametrize("name", ["two_flows", "guided_notes", "any_depth", "columns"])
def test_both_forms_are_whole_in_eighty_columns(printed, name):
    text = printed(name)
    rows = re.findall(r"^ {4}([+-]\d.*)$", text, re.MULTILINE)
    assert len(rows) >= len(differences(text)) > 0
    assert "…" not in "".join(rows)
    for row in rows:
        left, right = (form.split() for form in re.split(r" {4,}", row))
        assert left == right  # to the digits that are shown
    assert max(map(len, text.splitlines())) <= 80


def test_the_guided_notes_answer_all_seventeen_questions(printed, tmp_path):
    text = printed("guided_notes")
    asked = {int(number) for row in re.findall(r"^(\d+(?:, \d+)*) ", text, re.MULTILINE) for number in row.split(", ")}
    assert asked == set(range(1, 18))
    assert len(differences(text)) == 17
    assert max(differences(text)) < 1e-17
    assert "f(1.3) = 0.7858, z(3) = 2.3575, ŷ = 0.9135, J = 0.01337" in text
    assert "W21[1]" in (tmp_path / "out" / "guided_notes.svg").read_text(encoding="utf-8")


def test_any_depth_goes_down_twelve_layers(printed, tmp_path):
    text = printed("any_depth")
    depths = re.findall(r"^ *(\d+) layers?: relative difference at most (\S+)$", text, re.MULTILINE)
    assert [int(depth) for depth, _ in depths] == list(range(1, 13))
    assert max(float(worst) for _, worst in depths) < 1e-13
    assert len(differences(text)) == 8
    assert (tmp_path / "out" / "any_depth.svg").is_file()


def test_any_parameter_by_the_product_formula(printed):
    text = printed("any_parameter")
    worst = re.search(r"All (\d+) parameters: largest difference (\S+)", text)
    assert worst[1] == "29"
    assert float(worst[2]) < 1e-16
    assert [float(found) for found in re.findall(r"y = [01], ŷ = [01]: (\S+)", text)] == [-1.0, 1.0, -1e12]


def test_any_parameter_shows_the_factors_of_one_weight(printed):
    text = printed("any_parameter")
    number = r"([-+]\d\.\d{6})"
    rows = re.findall(rf"│ \d +│ [01] │ {number} │ {number} │ {number} +│ {number} │", text)
    factors = np.array(rows, dtype=float)
    assert factors.shape == (5, 4)
    assert factors[:, :3].prod(axis=1) == pytest.approx(factors[:, 3], abs=2e-6)
    mean = float(re.search(r"│ W12\[1\] │ (\S+)", text)[1])
    assert factors[:, 3].mean() == pytest.approx(mean, abs=1e-6)


def test_the_selector_form_is_clamped_where_both_terms_would_divide_by_zero():
    factors = any_parameter.loss_factor(np.array([1.0, 0.0, 0.0, 1.0]), np.array([1.0, 0.0, 1.0, 0.0]))
    assert factors.tolist() == [-1.0, 1.0, -1e12, 1e12]


def test_columns_agree_and_the_worked_example_is_a_minus_y(printed):
    text = printed("columns")
    assert len(differences(text)) == 20
    assert max(differences(text)) < 1e-15
    left, right = re.search(r"dz\[2\] = a\[2\] − y = (\S+) − 1 = (\S+)", text).groups()
    assert float(left) - 1 == pytest.approx(float(right), abs=1e-6)
    assert re.search(rf"dz\[2\]   1 × 1, difference 0\n    {re.escape(right)} ", text)
    chain, result = re.search(r"a\[1\]\)\n      = (.*)\n      = (\S+)", text).groups()
    assert math.prod(map(float, chain.split(" · "))) == pytest.approx(float(result), abs=1e-6)


@pytest.mark.parametrize("slip", [*row_vectors(), *guided(), *any_depth(), *parameter_slips(), *columns()], ids=str)
def test_each_slip_is_wrong_and_its_correction_right(slip):
    assert isinstance(slip.gives, str) or abs(slip.gives - slip.truth) > 1e-3 * abs(slip.truth)
    assert slip.corrected_gives == pytest.approx(slip.truth, rel=1e-12)


def test_a_slip_of_one_gradient_is_told_by_its_number():
    of_one = [slip for slip in [*row_vectors(), *guided(), *any_depth(), *parameter_slips(), *columns()] if slip.of]
    for slip in of_one:
        root, name = slip.of
        assert compare(root, {name: slip.truth}).right
        assert compare(root, {name: slip.corrected_gives}).right
    assert [re.sub(r"[Wa]\S+\[\d\]\S*", "_", slips.told(slip)) for slip in of_one] == [
        "the sign is wrong",
        "that is the gradient of _ an index is wrong",
        "that is 0, yet 1 flow reaches _",
        "that is 0, yet 1 flow reaches _",
        "that is a local derivative, of _ multiply it by the gradient of _",
        "that is the gradient of _ an index is wrong",
        "the local derivative of _ is missing: that is the gradient of _ passed on as it is",
    ]


def test_the_slips_are_all_of_the_notes(printed):
    text = printed("slips")
    assert re.findall(r"│ (\d+) +│ written", text) == [str(number) for number in range(1, 34)]
    notes = re.findall(r"│ (\d\d\d) │ correct", text)
    assert {note: notes.count(note) for note in notes} == {"000": 9, "001": 9, "002": 3, "003": 10, "004": 2}
    for kind, sentence in _slips_kinds.KINDS.items():
        assert f"{kind.capitalize()}. {sentence}" in " ".join(text.split())
    assert text.count("python -m demos ") == 5
    assert not re.search(r"[+-][1-9]\.00000 ", text)  # a count is a count
    for gone in ("page 6", "their own"):
        assert gone not in text
    assert f"{len(notes)} slips" in (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", ["two_flows", "guided_notes", "any_depth", "any_parameter", "columns", "slips"])
def test_a_demo_of_the_notes_stands_by_itself(printed, tmp_path, name):
    """The setting first, a table of signs, a line of words before each quantity, and what was written where."""
    text = printed(name)
    assert max(map(len, text.splitlines())) <= 80
    assert text.index("in the MLP" if name != "slips" else "worked right by") < text.index("─────")
    lines = text.splitlines()
    for k, line in enumerate(lines):
        if re.search(r"\d × \d.*, difference \S+$", line):
            assert re.match(r"\S.*[a-zᵀ:?)\]]$", lines[k - 1]), (lines[k - 1], line)
            assert not re.match(r"    [+-]", lines[k - 1])
    written = {path.name for path in (tmp_path / "out").iterdir()} if name != "slips" else set()
    assert all(f"out/{file}" in text.replace("\n", " ") or f"out/{file}" in text.replace("\n", "") for file in written)
    assert (name == "slips") is (not written)


def test_a_slip_that_is_not_shown_stops_the_demo(monkeypatch):
    harmless = row_vectors()[0]._replace(gives=row_vectors()[0].truth)
    monkeypatch.setattr(slips, "row_vectors", lambda: [harmless])
    with pytest.raises(ArithmeticError, match="slip 1 is not shown"):
        slips.main()


# --- the laboratory of mistakes ---------------------------------------------------------------------------


@pytest.fixture
def graph():
    loss = mistakes.example()
    return loss, {node.label: node for node in loss.topological_order() if node.label}


def wrong(loss, name):
    found = wrong_pass(loss, name)
    return {node: found[node] / node.grad for node in found if not math.isclose(found[node], node.grad, rel_tol=1e-12)}


def test_assignment_loses_a_flow(graph):
    loss, node = graph
    off = wrong(loss, "= for +=")
    lost = {flow.contribution / node["a1[1]"].grad for flow in loss.flows_into(node["a1[1]"])}
    assert any(math.isclose(off[node["a1[1]"]], share) for share in lost)
    assert node["a1[2]"] not in off
    assert off[node["W11[1]"]] == pytest.approx(off[node["a1[1]"]], rel=1e-12)


def test_without_topological_order_the_sum_is_right_but_comes_too_late(graph):
    loss, node = graph
    off = wrong(loss, "no order")
    assert node["a1[1]"] not in off
    assert node["z1[1]"] in off


def test_without_zero_grad_just_the_leaves_are_twice_their_gradient(graph):
    loss, node = graph
    off = wrong(loss, "no zero_grad")
    assert off.keys() == {leaf for leaf in node.values() if not leaf.parents}
    assert set(off.values()) == {2.0}


def test_old_interior_gradients_grow_with_the_way(graph):
    loss, node = graph
    off = wrong(loss, "old interior")
    assert off[node["W11[3]"]] < off[node["W11[2]"]] < off[node["W11[1]"]]


def test_a_wrong_rule_costs_a_factor_for_each_sigma(graph):
    loss, node = graph
    off = wrong(loss, "a(1 + a)")
    a = node["a1[3]"].data
    assert off[node["W11[3]"]] == pytest.approx((1 + a) / (1 - a), rel=1e-12)
    assert node["a1[3]"] not in off


def test_mistakes_names_the_nodes(printed):
    text = printed("mistakes")
    assert re.search(r"= for \+=: \d+ of 43 nodes go wrong \(a1\[1\], z1\[1\], W11\[1\], a1\[0\] …\)", text)
    assert text.count("nodes go wrong") == 5
    assert "σ′ is taken for a(1 + a), where it is a(1 − a), at every sigmoid" in " ".join(text.split())


# --- beyond the notes -------------------------------------------------------------------------------------


@pytest.mark.slow
def test_greeks_equal_the_closed_forms_and_the_simulation_its_own(printed):
    text = printed("greeks")
    rows = re.findall(r"│ ([a-z−]+) +│ [a-z, ]+│ \+\S+ +│ \+\S+ +│ (\S+) +│", text)
    assert [name for name, _ in rows] == ["delta", "vega", "rho", "−theta", "gamma", "vanna", "volga"]
    assert max(float(difference) for _, difference in rows) < 1e-13
    assert len(rows) == len(_black_scholes.closed_forms(**_black_scholes.MARKET))
    simulation = text.partition("Knocked out")[2]
    rows = re.findall(r"│ (?:price|delta|vega) +│ (\S+) +│ (\S+) +│ (\S+) +│", simulation)
    assert len(rows) == 3
    for simulated, error, exact in rows:
        assert abs(float(simulated) - float(exact)) < 3 * float(error) < 0.03 * float(exact)
    assert "9 ways through the `if`" in text


@pytest.mark.slow
def test_plain_python_is_differentiated_along_every_path(printed):
    rows = re.findall(r"│ (\w+) +│ .*│ +(\d+) +│ (\S+) +│", printed("plain_math"))
    assert [(name, int(paths) > 2) for name, paths, _ in rows] == [
        ("newton_sqrt", True), ("tax", True), ("kepler", True), ("middle", True),
    ]  # fmt: skip
    assert all(float(worst) < 1e-10 for _, _, worst in rows)


def test_a_row_of_plain_python_can_be_checked_by_hand(printed):
    text = printed("plain_math")
    for name, at, value, slope in re.findall(r"│ (\w+) +│ (\S+) +│ (\S+) +│ (\S+) +│", text):
        function = getattr(plain_math, name)
        assert function(float(at)) == pytest.approx(float(value), abs=5.1e-7)
        h = 1e-5 * max(1.0, abs(float(at)))
        assert (function(float(at) + h) - function(float(at) - h)) / (2 * h) == pytest.approx(float(slope), abs=1e-5)
        assert f"def {name}(" in text
    assert "6.008328" in text  # √36.1
    assert max(map(len, text.splitlines())) <= 80


@pytest.mark.slow
def test_the_pendulum_is_found_within_its_errors(printed):
    text = printed("pendulum")
    rows = re.findall(r"│ [a-z][^│]+│ (\S+) +│ (\S+) +│ (\S+) +│ (\S+) +│", text)
    assert len(rows) == 3
    for true, guess, fitted, error in rows:
        assert abs(float(fitted) - float(true)) < 3 * float(error) < abs(float(guess) - float(true)) / 10
    squares = [float(number) for number in text.partition("by step:")[2].partition("One")[0].split(" → ")]
    assert squares == sorted(squares, reverse=True)


# --- the quiz ---------------------------------------------------------------------------------------------


def answers(monkeypatch, typed):
    lines = iter(typed)
    monkeypatch.setattr("builtins.input", lambda *_: next(lines, "q"))


def solutions():
    for _, leaves, build in quiz.ROUNDS:
        root = build(*(Value(value, name) for name, value in leaves.items()))
        root.backward()
        nodes = [node for node in root.topological_order() if node.kind != "constant"]
        depth = {root: 0}
        for node in reversed(nodes):
            for parent in node.parents:
                depth[parent] = max(depth.get(parent, 0), depth[node] + 1)
        yield [f"{node.grad:g}" for node in sorted(nodes, key=lambda node: (depth[node], -nodes.index(node)))]


def test_the_quiz_counts_right_answers(monkeypatch, printed, tmp_path):
    right = list(solutions())
    every = [number for numbers in right for number in numbers]
    answers(monkeypatch, every)
    text = printed("quiz")
    for numbers in right:
        assert f"{len(numbers)} of {len(numbers)} right." in text
    assert f"Together {len(every)} of {len(every)} right." in text
    assert "├─ m = a·b" in text  # the graph itself, for whoever does not open the picture
    assert {path.name for path in (tmp_path / "out").iterdir()} == {
        f"quiz_{number}{solved}.svg" for number in range(1, 5) for solved in ("", "_solved")
    }


def test_the_quiz_does_not_give_its_answers_away(monkeypatch, printed, tmp_path):
    answers(monkeypatch, ["q"])
    assert "Until next time." in printed("quiz")
    blank = (tmp_path / "out" / "quiz_1.svg").read_text(encoding="utf-8")
    assert "no gradient yet" in blank
    assert not re.search(r">\+\d", blank)
