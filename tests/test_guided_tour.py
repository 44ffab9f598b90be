"""The tour at the prompt: every step can be typed, is checked, and refuses to go on where it was not done."""

import re

import pytest

from autograd import Value
from autograd.guided_tour import STEPS, Tour
from autograd.repl import namespace


@pytest.fixture
def session(monkeypatch, tmp_path):
    """A prompt's names, what was said so far, and the tour."""
    monkeypatch.chdir(tmp_path)
    said, names = [], namespace()
    assert repr(names["tour"]).startswith("the tour, at step 1 of 7")
    return names, said, Tour(names, said.append)


def test_seven_steps_lead_to_the_end(session, tmp_path):
    _, said, tour = session
    tour()
    for _ in STEPS:
        tour.run()
    text = "\n".join(said)
    assert len(STEPS) == 7
    assert text.count("✓") == 7
    assert "c is 4, made by an add" in text
    assert "a.grad is -3, which is b; b.grad is 2, which is a." in text
    assert "1 + 3 + 3 = 7" in text
    assert "x.grad is 2·5 + 1 = 11" in text
    assert "That was the tour." in said[-1]
    assert (tmp_path / "loss.svg").is_file()
    assert repr(tour) == "the tour, at step 7 of 7: call tour()"
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
    assert said[-2].startswith("2 of 7")


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
    assert said[0].startswith("1 of 7")
    assert names["c"].data == 4.0


def test_after_the_end_it_says_so_and_run_does_nothing_more(session):
    _, said, tour = session
    for _ in STEPS:
        tour.run()
    tour.run()
    assert said[-1].startswith("That was the tour.")
    tour(2)
    assert said[-2].startswith("2 of 7")


@pytest.mark.parametrize("step", [0, 8, "1", 1.0])
def test_a_step_that_there_is_not(session, step):
    with pytest.raises(ValueError, match="the tour has the steps 1 to 7"):
        session[2](step)
