"""The tour at the prompt: every step can be typed, is checked, and refuses to go on where it was not done."""

import re

import pytest

from autograd import Value
from autograd.repl import STEPS, Tour, namespace


@pytest.fixture
def session(monkeypatch, tmp_path):
    """A prompt's names, what was said so far, and the tour."""
    monkeypatch.chdir(tmp_path)
    said, names = [], namespace()
    assert repr(names["tour"]).startswith("the tour, at step 1 of 8")
    return names, said, Tour(names, said.append)


def test_eight_steps_lead_to_the_end(session, tmp_path):
    _, said, tour = session
    tour()
    for _ in STEPS:
        tour.run()
    text = "\n".join(said)
    assert len(STEPS) == 8
    assert text.count("✓") == 8
    assert "c is 4, made by adding a·b and 10, its parents." in text
    assert "a.grad is -3, which is b; b.grad is 2, which is a." in text
    assert "1 + 3 + 3 = 7" in text
    assert "x.grad is 2·5 + 1 = 11" in text
    assert "That was the tour." in said[-1]
    assert (tmp_path / "loss.svg").is_file()
    assert "Open y.html in a browser" in text
    assert (tmp_path / "y.html").is_file()
    assert repr(tour) == "the tour, at step 8 of 8: call tour()"
    before, after = map(float, re.search(r"The loss fell from (\S+) to (\d\.\d+)\.", text).groups())
    assert after < before / 2  # a fall that four decimals show


def test_it_fits_a_terminal_of_eighty_columns(session):
    _, said, tour = session
    for _ in STEPS:
        tour.run()
    assert max(len(line) for text in said for line in text.splitlines()) <= 80


def test_run_shows_what_each_line_gives(session, capsys):
    _, said, tour = session
    tour.run()
    tour.run()
    assert ">>> a.grad, b.grad" in said
    assert capsys.readouterr().out == "(-3.0, 2.0)\n"


@pytest.mark.parametrize("number", range(1, len(STEPS) + 1))
def test_a_step_that_was_not_done_is_asked_for_again(session, number):
    _, said, tour = session
    for _ in range(number - 1):
        tour.run()
    tour(number)
    tour()
    assert said[-2].startswith(f"Not yet: step {number} is still to do.")
    assert STEPS[number - 1].code.splitlines()[0] in said[-1]


def test_typing_the_lines_by_hand_is_enough(session):
    names, said, tour = session
    tour()
    exec("a = Value(2.0); b = Value(-3.0); c = a * b + 10", names)
    tour()
    assert said[-3].startswith("✓")
    assert said[-2].startswith("2 of 8")


def test_a_number_where_a_value_should_be_is_not_enough(session):
    names, said, tour = session
    tour()
    names |= {"a": 2.0, "b": -3.0, "c": 4.0}
    tour()
    assert said[-2] == "Not yet: step 1 is still to do. Type these lines, then tour():\n"


def test_a_name_that_is_missing_is_named(session):
    names, said, tour = session
    tour()
    names["c"] = Value(4.0)
    tour()
    assert said[-2].startswith("Not yet: step 1 is still to do. There is no a yet. Type")


def test_run_shows_a_step_before_it_types_it(session):
    names, said, tour = session
    tour.run()
    assert said[0].startswith("1 of 8")
    assert names["c"].data == 4.0


def test_after_the_end_it_says_so_and_run_does_nothing_more(session):
    _, said, tour = session
    for _ in STEPS:
        tour.run()
    tour.run()
    assert said[-1].startswith("That was the tour.")
    tour(2)
    assert said[-2].startswith("2 of 8")


@pytest.mark.parametrize("step", [0, 9, "1", 1.0])
def test_a_step_that_there_is_not(session, step):
    with pytest.raises(ValueError, match="the tour has the steps 1 to 8"):
        session[2](step)


def at(tour, said, number):
    """The tour before step ``number``, which is shown."""
    for _ in range(number - 1):
        tour.run()
    tour(number)
    said.clear()


@pytest.mark.parametrize(("number", "lines", "words", "before"), [
    (2, ["c.backward()"] * 2, "a.grad is -6: two passes added up. c.zero_grad() first.", "c.zero_grad()"),
    (2, ["c.backward()"] * 5, "a.grad is -15: 5 passes added up. c.zero_grad() first.", "c.zero_grad()"),
    (3, ["x = Value(3.0); y = x * x + x", "y.backward()", "y.backward()"],
     "x.grad is 14: two passes added up. y.zero_grad() first.", "y.zero_grad()"),
    (4, ["y.backward()", "y.backward()", "twice = x.grad", "y.zero_grad()"],
     "twice is 21, the gradient of 3 passes, not of two.", "y.zero_grad()\n    y.backward()"),
    (4, ["y.zero_grad()", "y.backward()", "twice = x.grad", "y.zero_grad()"],
     "twice is 7, the gradient of 1 pass, not of two.", "y.zero_grad()\n    y.backward()"),
    (5, ["x.data = 5.0"], "y is 12, still that of the old x: y.forward() computes it again.", "x.data = 5.0"),
    (5, ["y.backward()", "x.data = 5.0", "y.forward()", "y.backward()"],
     "x.grad is 18: it holds an earlier pass too. y.zero_grad() first.", "y.zero_grad()"),
])  # fmt: skip
def test_what_went_wrong_is_named_and_the_step_can_be_left(session, number, lines, words, before):
    names, said, tour = session
    at(tour, said, number)
    for line in lines:
        exec(line, names)
    tour()
    assert words in said[0]
    assert said[1].lstrip().startswith(before)
    exec("\n".join(line.strip() for line in said[1].splitlines()), names)
    tour()
    assert said[2].startswith("✓")


@pytest.mark.parametrize(("number", "lines"), [
    (1, ["a, b = Value(2.0), Value(-3.0)", "c = Value(4.0)"]),
    (1, ["a, b = Value(2.0), Value(-3.0)", "c = a * 2"]),
    (3, ["x = Value(3.0)", "y = x * 7.0", "y.backward()"]),
    (4, ["y.zero_grad()"]),
    (4, ["twice = 14.0"]),
    (5, ["x = Value(5.0)", "x.grad = 11.0"]),
    (7, ["w = net.layers[0].neurons[0].w[0]", "drawing = draw(loss)"]),
])  # fmt: skip
def test_a_tick_stands_for_what_its_sentence_claims(session, number, lines):
    names, said, tour = session
    at(tour, said, number)
    for line in lines:
        exec(line, names)
    tour()
    assert said[0].startswith(f"Not yet: step {number} is still to do.")
