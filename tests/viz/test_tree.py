"""``tree``: a graph as text, each value once, as wide as the terminal, of any depth."""

import io
import os
import subprocess
import sys

import pytest
from rich.console import Console

from autograd import Value, no_grad, sin, tanh
from tests.support.graphs import hostile, network, square_and_more
from viz import tree


def rows(view):
    return str(view).splitlines()


def test_each_value_stands_under_what_was_made_of_it():
    assert str(tree(square_and_more())) == (
        "y = a·a + a   12.0000   grad +1.0000\n"
        "├─ a·a   9.0000   grad +1.0000\n"
        "│  ├─ a   3.0000   grad +7.0000\n"
        "│  └─ ↑ a\n"
        "└─ ↑ a"
    )


def test_before_backward_there_are_no_gradients():
    a = Value(3.0, "a")
    assert str(tree((a * 2).named("y"))) == "y = a·2   6.0000   grad ·\n├─ a   3.0000   grad ·\n└─ 2   grad ·"
    assert repr(tree(a)) == "a   3.0000   grad ·"


def test_a_sum_is_one_row_with_its_terms_under_it():
    shown = rows(tree(network((3, 1), seed=4)))
    place = next(k for k, row in enumerate(shown) if "z1[1] = Σ" in row)
    column = shown[place].index("z1[1]")
    below = [row[column + 3 :].split("  ")[0] for row in shown[place + 1 :] if row[column + 1 :][:1] == "─"]
    assert below == ["W11[1]·a1[0]", "W21[1]·a2[0]", "W31[1]·a3[0]", "b1[1]"]


def test_a_shared_value_points_to_where_it_stands():
    shown = rows(tree(network((4, 3, 2, 1))))
    assert sum("a1[1] = σ(z1[1])" in row for row in shown) == 1
    assert sum(row.endswith("↑ a1[1]") for row in shown) == 1


def test_depth_cuts_and_counts_what_it_hides():
    shown = rows(tree(network((4, 3, 2, 1)), depth=1))
    assert shown[0].startswith("L = ")
    assert shown[1].endswith("…")
    total = len(network((4, 3, 2, 1)).topological_order())
    assert shown[-1] == f"… {total - 2} more values"
    assert rows(tree(Value(1.0, "a") * 2, depth=0))[-1] == "… 2 more values"
    assert rows(tree(sin(Value(1.0, "a")), depth=0))[-1] == "… 1 more value"


@pytest.mark.parametrize("width", [20, 40, 80, 200])
def test_the_width_of_the_terminal_is_kept(monkeypatch, width):
    monkeypatch.setenv("COLUMNS", str(width))
    shown = rows(tree(network((4, 3, 2, 1))))
    assert max(map(len, shown)) <= width
    assert shown[0].startswith("L = ")
    if width == 200:
        assert not shown[-1].startswith("…")


def test_a_tree_of_any_depth():
    value = Value(0.5, "x")
    for _ in range(20_000):
        value = tanh(value)
    shown = rows(tree(value.named("L")))
    assert shown[0].startswith("L = tanh(v19999)   ")
    assert shown[-1] == f"… {20_001 - (len(shown) - 1):,} more values"
    assert len(shown) < 20


def test_a_sum_of_many_terms_stops_somewhere():
    total = Value(0.0, "start")
    for k in range(2000):
        total = total + Value(float(k), f"x{k}")
    shown = rows(tree(total))
    assert len(shown) == 501
    assert shown[-1] == "… 1,502 more values"


def test_on_a_terminal_a_tree_fits_its_window_unless_a_depth_is_asked_for(monkeypatch):
    total = Value(0.0, "start")
    for k in range(2000):
        total = total + Value(float(k), f"x{k}")
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True, raising=False)
    monkeypatch.setenv("COLUMNS", "100")
    for lines, expected in (("24", 60), ("90", 85), ("9000", 500)):
        monkeypatch.setenv("LINES", lines)
        shown = rows(tree(total))
        assert len(shown) == expected + 1
        assert ("ask for a depth, tree(root, depth=9), to see more rows" in shown[-1]) is (expected < 500)
    monkeypatch.setenv("LINES", "24")
    assert len(rows(tree(total, depth=9))) == 501


def test_colours_are_for_terminals_and_no_color_is_honoured(monkeypatch):
    view = tree(square_and_more())

    def printed(**settings):
        stream = io.StringIO()
        Console(file=stream, width=80, **settings).print(view)
        return stream.getvalue()

    monkeypatch.delenv("NO_COLOR", raising=False)
    assert "\x1b[36m" in printed(force_terminal=True, color_system="standard")
    assert "\x1b" not in printed()
    assert "\x1b" not in str(view)
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b[36m" not in printed(force_terminal=True, color_system="standard")


def test_an_ascii_console_gets_ascii():
    stream = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    Console(file=stream, width=80).print(tree(square_and_more()))
    stream.seek(0)
    assert stream.read() == (
        "y = a*a + a   12.0000   grad +1.0000\n|- a*a   9.0000   grad +1.0000\n"
        "|  |- a   3.0000   grad +7.0000\n|  `- ^ a\n`- ^ a\n"
    )


@pytest.mark.parametrize(("encoding", "branch"), [("utf-8", "└─ ↑ a"), ("ascii", "`- ^ a"), ("cp1252", "`- ^ a")])
def test_printing_to_a_stream_of_any_encoding(encoding, branch):
    program = (
        "from autograd import Value; from viz import tree; from viz.terminal import show; a = Value(3.0, 'a');"
        "t = tree(a * a + a); print(t); show(t)"
    )
    environment = os.environ | {"PYTHONIOENCODING": encoding}
    done = subprocess.run(
        [sys.executable, "-c", program], env=environment, capture_output=True, check=True, timeout=120
    )
    lines = done.stdout.decode(encoding).splitlines()
    assert lines[4] == lines[9] == branch


def test_hostile_labels_are_data():
    for row in rows(tree(hostile())):
        row.encode()
        assert row.isprintable()


def test_markup_in_a_label_is_shown():
    assert "[bold red]x[/]" in str(tree(Value(1.0, "[bold red]x[/]") * 2))


def test_variables_name_what_has_no_label():
    p = Value(2.0)
    assert rows(tree(p * p, names={"p": p}))[0] == "p·p   4.0000   grad ·"


def test_inside_no_grad_too():
    y = square_and_more()
    with no_grad():
        assert len(rows(tree(y))) == 5


@pytest.mark.parametrize("depth", [-1, 1.5, True, "2"])
def test_a_depth_is_a_whole_number(depth):
    with pytest.raises(ValueError, match="depth must be a whole number of levels, 0 or more, or None for all, got"):
        tree(Value(1.0), depth=depth)


def test_only_values_have_trees():
    with pytest.raises(TypeError, match=r"tree\(\): the root of the graph must be a Value, got 2 of type int"):
        tree(2)
