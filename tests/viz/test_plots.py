"""Every plot: legible in both themes, and leaving nothing behind."""

import itertools
import re
import subprocess
import sys
from types import SimpleNamespace

import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import to_hex
from matplotlib.figure import Figure

from tests.support.plots import LINE, SIDES, THEMES, animated, network, right_of
from viz import DiagramError, plot_decision_boundary, plot_history, plot_matrices
from viz.plotting import boundary
from viz.plotting.figure import HUES, MARKERS, Paint
from viz.style import ROLES, contrast

PLOTS = {
    "history": lambda **look: plot_history([3.0, 2.0, 1.0], **look),
    "boundary": lambda **look: plot_decision_boundary(right_of, LINE, SIDES, **look),
    "matrices": lambda **look: plot_matrices(*network(), **look),
}


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("plot", PLOTS.values(), ids=PLOTS)
def test_type_can_be_read_in_both_themes(plot, theme):
    figure = plot(theme=theme, title="What it shows")
    FigureCanvasAgg(figure).draw()
    ground = to_hex(figure.get_facecolor())
    assert ground == ROLES["canvas"][theme == "dark"]
    texts = [figure._suptitle] if figure._suptitle else []
    for axes in figure.axes:
        texts += [axes.title, axes._left_title, axes.xaxis.label, axes.yaxis.label]
        texts += [*axes.get_xticklabels(), *axes.get_yticklabels()]
        texts += axes.get_legend().get_texts() if axes.get_legend() else []
    shown = [text for text in texts if text.get_text()]
    assert len(shown) > 5
    for text in shown:
        assert contrast(to_hex(text.get_color()), ground) >= 4.5, text.get_text()


@pytest.mark.parametrize("dark", [False, True])
def test_hues_are_told_from_every_ground_and_have_a_sign_each(dark):
    paint = Paint(dark=dark)
    assert len(set(MARKERS)) == len(HUES)
    for index, other in itertools.product(range(len(HUES)), repeat=2):
        ground = to_hex(paint.tint(other, max(boundary.TINTS)))
        assert contrast(paint.hue(index), paint("canvas")) >= 3.0
        assert contrast(paint.hue(index), ground) >= 2.0, (index, other)


@pytest.mark.parametrize(("ground", "theme"), [("white", "light"), ("#202020", "dark"), ((1, 1, 1, 0), "light")])
@pytest.mark.parametrize("name", ["history", "boundary"])
def test_on_axes_of_ones_own_the_theme_suits_their_figure(name, ground, theme):
    figure = Figure(facecolor=ground)
    axes = figure.add_subplot(1, 2, 1)
    assert PLOTS[name](ax=axes, title="Mine") is figure
    assert figure.axes == [axes]
    assert to_hex(axes.title.get_color()) == ROLES["ink"][theme == "dark"]


def test_on_axes_of_ones_own_a_history_shows_its_losses_alone():
    axes = Figure().add_subplot()
    history = SimpleNamespace(loss=[2.0, 1.0], metrics={"accuracy": [0.5, 1.0]})
    assert plot_history(history, ax=axes).axes == [axes]
    assert [line.get_label() for line in axes.lines] == ["loss"]
    assert axes.get_xlabel() == "epoch"


@pytest.mark.parametrize("plot", PLOTS.values(), ids=PLOTS)
def test_a_notebook_shows_a_plot_as_an_image(plot):
    bundle = plot()._repr_mimebundle_(include=None, exclude=None)
    assert bundle["image/png"].startswith(b"\x89PNG")
    assert bundle["text/plain"].startswith("<ShownFigure")


def test_plots_change_no_setting_and_never_touch_pyplot():
    code = """
import sys
import viz
assert not {"matplotlib", "PIL"} & set(sys.modules), "imported too early"
import matplotlib
def settings():  # to ask for the backend would import pyplot
    return {name: matplotlib.rcParams[name] for name in matplotlib.rcParams if name != "backend"}
before = settings()
viz.plot_history([2.0, 1.0])
viz.plot_decision_boundary(lambda p: p[:, 0], [[0, 0], [1, 1]], [0, 1])
viz.plot_matrices([([[1.0]], [2.0])])
assert settings() == before
print("matplotlib.pyplot" in sys.modules)
"""
    done = subprocess.run([sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, check=False)
    assert (done.stdout, done.stderr) == ("False\n", "")


@pytest.mark.parametrize("plot", [*PLOTS.values(), lambda: animated("unwritten.gif")], ids=[*PLOTS, "animation"])
def test_without_matplotlib_the_error_names_the_extra(plot, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delitem(sys.modules, "viz.plotting.shown", raising=False)
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    with pytest.raises(
        DiagramError, match=re.escape("need the package matplotlib: run  pip install 'chainrule[plot]'")
    ):
        plot()
    assert list(tmp_path.iterdir()) == []
