"""The demos run as a user runs them, and print and write what they promise."""

import importlib
import math
import os
import re
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree as ET

import numpy as np
import pytest
from PIL import Image

from demos import _nist, moons
from demos._nist_models import MODELS

ROOT = Path(__file__).parents[2]
DEMOS = sorted(path.stem for path in (ROOT / "demos").glob("*.py") if not path.stem.startswith("_"))


def run(*arguments, folder):
    environment = os.environ | {"PYTHONPATH": str(ROOT), "COLUMNS": "100", "PYTHONWARNINGS": "error"}
    return subprocess.run(
        [sys.executable, "-m", "demos", *arguments],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
        timeout=900,
    )


def test_the_list_names_every_demo_with_its_first_line(tmp_path):
    done = run(folder=tmp_path)
    assert done.returncode == 0
    assert DEMOS
    assert sorted(re.findall(r"^  (\w+) +[A-Z]", done.stdout, re.MULTILINE)) == DEMOS
    assert max(map(len, done.stdout.splitlines())) <= 80


def test_an_unknown_demo_is_refused_with_the_known_ones(tmp_path):
    done = run("nonsense", folder=tmp_path)
    assert done.returncode == 2
    assert "two_flows" in done.stderr


def test_a_folder_where_nothing_can_be_written_is_an_error_in_a_line(tmp_path):
    (tmp_path / "out").write_text("a file where the folder should be")
    done = run("two_flows", folder=tmp_path)
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert re.fullmatch(r"python -m demos two_flows: .*'out'.*Pictures go to out/: run it where .*\n", done.stderr)


@pytest.mark.parametrize("path", sorted((ROOT / "demos").glob("*.py")), ids=lambda path: path.stem)
def test_a_demo_is_short(path):
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 80


def test_solvers(tmp_path):
    done = run("solvers", folder=tmp_path)
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    differences = re.findall(r"(?:p = \S+|d/dp|d²/dp²) +│ [+-]\d+\.\d+ +│ (\S+) +│", done.stdout)
    assert len(differences) == 12
    assert max(map(float, differences)) < 1e-9


def test_kalman(tmp_path):
    done = run("kalman", folder=tmp_path)
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    rows = re.findall(r"│ +(0\.\d+) +│ +(0\.\d+) +│ +(0\.\d+) +│ +(0\.\d+) +│", done.stdout)
    assert len(rows) == 2
    for true, learnt, low, high in (map(float, row) for row in rows):
        assert low < learnt < high
        assert low < true < high
    slope, apart = map(float, re.findall(r"\d+e-\d+", done.stdout))
    assert slope < 1e-8
    assert apart < 1e-9
    eager, compiled = map(float, re.findall(r"(\d+\.\d+) ms", done.stdout))
    assert compiled < eager


def test_two_flows(tmp_path):
    done = run("two_flows", folder=tmp_path)
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    differences = dict(re.findall(r"^g\[(..)\]   \d × \d, difference (\S+)$", done.stdout, re.MULTILINE))
    assert [*differences] == [f"{layer}{letter}" for layer in (3, 2, 1) for letter in "azWb"]
    assert max(map(float, differences.values())) < 1e-15
    for node in (1, 2, 3):
        first, second, total = re.findall(
            rf"W{node}1\[2\] · a{node}\[1\].*?(\S+) +│\n.*W{node}2\[2\] · a{node}\[1\].*?(\S+) +│\n.*sum.*?(\S+) +│",
            done.stdout,
        )[0]
        assert float(first) + float(second) == pytest.approx(float(total), abs=2e-6)
    descent = done.stdout.partition("gradient descent, the loss:")[2]
    losses = [float(number) for number in re.findall(r"\d\.\d+", descent)]
    assert len(losses) == 11
    assert losses == sorted(losses, reverse=True)
    assert losses[-1] < losses[0] / 2
    picture = ET.parse(tmp_path / "out" / "two_flows.svg").getroot()
    text = " ".join(element.text or "" for element in picture.iter())
    assert all(label in text for label in ("a1[1]", "W11[2]", "z1[3]", "b2[2]"))


def test_the_pictures_in_the_readme_are_what_its_commands_draw(tmp_path):
    assert run("two_flows", folder=tmp_path).returncode == 0
    command = [sys.executable, "-m", "viz", "c = a*b + a**2", "a=2", "b=-3", "-o", "out/first.svg"]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    subprocess.run(command, cwd=tmp_path, env=environment, check=True, capture_output=True, timeout=300)
    for name in ("first.svg", "two_flows.svg", "two_flows_a1.svg"):
        shown = (ROOT / "demos" / "pictures" / name).read_bytes()
        assert (tmp_path / "out" / name).read_bytes() == shown, f"copy out/{name} to demos/pictures"


def test_the_pictures_in_the_readme_can_be_read_at_the_width_of_its_page():
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    names = re.findall(r"!\[[^]]+\]\((demos/pictures/\w+\.svg)\)", readme)
    assert names
    for name in names:
        picture = ET.parse(ROOT / name).getroot()
        assert float(picture.get("width")) <= 830, name
        assert "prefers-color-scheme:dark" in (ROOT / name).read_text(encoding="utf-8"), name


def written(folder, *names):
    """The pictures of those names, each of which is an image of some size."""
    for name in names:
        with Image.open(folder / "out" / name) as image:
            image.load()
            assert min(image.size) >= 300, name
            assert len(image.convert("RGB").getcolors(1 << 20)) > 20, name  # not blank
    assert sorted(path.name for path in (folder / "out").iterdir()) == sorted(names)


def held_out_accuracy(text):
    return float(re.search(r"accuracy on held-out \w+: (\d+\.\d)%", text)[1])


@pytest.mark.slow
def test_moons_learns_the_same_both_ways_and_faster_replayed(tmp_path):
    done = run("moons", folder=tmp_path)
    assert done.returncode == 0, done.stderr
    rows = re.findall(r"5 steps: loss (\d\.\d{12}), (\d+\.\d+) ms a step", done.stdout)
    (eager, slow), (replayed, fast) = [(loss, float(time)) for loss, time in rows]
    assert eager == replayed
    assert slow > 50 * fast
    difference, ratio = re.search(r"difference of a loss: (\S+); a step is ([\d,]+) times", done.stdout).groups()
    assert float(difference) <= 1e-14
    assert int(ratio.replace(",", "")) > 50
    loss, accuracy = re.search(r"100 steps: loss (\d\.\d+), accuracy (\d+)%", done.stdout).groups()
    assert float(loss) < 0.05
    assert int(accuracy) >= 98
    written(tmp_path, "moons_history.png", "moons_boundary.png", "moons.gif")
    with Image.open(tmp_path / "out" / "moons.gif") as image:
        assert image.n_frames == 34


def test_the_two_moons_are_of_one_size():
    points, labels = moons.make_moons(100, noise=0.0, seed=0)
    assert sorted(labels) == [-1.0] * 50 + [1.0] * 50
    centres = np.where(labels[:, None] < 0, [0.0, 0.0], [1.0, 0.5])
    assert np.hypot(*(points - centres).T) == pytest.approx(1.0)
    assert ((points - centres)[:, 1] * labels <= 1e-12).all()  # the upper half of one circle, the lower of the other


@pytest.mark.slow
def test_iris_tells_the_species_apart(tmp_path):
    done = run("iris", folder=tmp_path)
    assert done.returncode == 0, done.stderr
    names = ("setosa", "versicolor", "virginica")
    table = [re.search(rf"^ +{name} +(\d+) +(\d+) +(\d+) *$", done.stdout, re.MULTILINE).groups() for name in names]
    counts = [[int(count) for count in row] for row in table]
    right, all_of_them = sum(counts[k][k] for k in range(3)), sum(map(sum, counts))
    assert counts[0] == [counts[0][0], 0, 0]
    assert all_of_them == 38
    assert held_out_accuracy(done.stdout) == pytest.approx(100 * right / all_of_them, abs=0.05)
    assert right / all_of_them > 0.9
    written(tmp_path, "iris_boundary.png", "iris_history.png")


@pytest.mark.slow
def test_breast_cancer_is_recognised_on_tumours_never_seen(tmp_path):
    done = run("breast_cancer", folder=tmp_path)
    assert done.returncode == 0, done.stderr
    accuracy = held_out_accuracy(done.stdout)
    missed, malignant, alarms, benign = map(
        int, re.search(r"(\d+) of (\d+) malignant ones missed, (\d+) of (\d+) false alarms", done.stdout).groups()
    )
    assert (malignant, benign) == (53, 90)
    assert accuracy == pytest.approx(100 * (1 - (missed + alarms) / (malignant + benign)), abs=0.05)
    assert accuracy > 93.0
    assert re.search(r"\d+ epochs; stopped: .*20 epochs.*; parameters of epoch \d+ kept", " ".join(done.stdout.split()))
    written(tmp_path, "breast_cancer_history.png", "breast_cancer_weights.png")


@pytest.mark.slow
def test_digits_are_read_by_2410_scalars(tmp_path):
    done = run("digits", folder=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "2410 parameters" in done.stdout
    assert "1,347 images to learn from, 450 held out" in done.stdout
    assert held_out_accuracy(done.stdout) > 95.0
    shown, taken = re.search(r"it shows an? (\d) and is read as an? (\d)", done.stdout).groups()
    assert shown != taken
    written(tmp_path, "digits_history.png", "digits_weights.png")


# --- curve fitting -----------------------------------------------------------------------------------------


def test_every_certified_problem_is_fitted_from_both_starts(tmp_path):
    done = run("curve_fit", folder=tmp_path)
    assert done.returncode == 0, done.stderr
    number = r" +(\d+\.\d)"
    rows = re.findall(rf"^ (\w+) +(Lower|Average|Higher) +(\d){number * 6} *$", done.stdout, re.MULTILINE)
    assert {row[0] for row in rows} == {path.stem for path in (ROOT / "demos" / "data" / "nist").glob("*.dat")}
    assert len(rows) == 27
    assert [sum(row[1] == level for row in rows) for level in ("Lower", "Average", "Higher")] == [8, 11, 8]
    for name, _, _, *digits in rows:
        for fitted, better, residual in (map(float, digits[:3]), map(float, digits[3:])):
            assert fitted > 4.0, name
            assert better > 9.9, name
            assert residual > (2.0 if name == "Lanczos1" else 9.0), name
    assert "27 of 27 problems" in done.stdout


def test_the_files_of_nist_are_read_as_they_stand():
    nelson = _nist.read("Nelson")
    assert nelson.starts.tolist() == [[2.0, 1e-4, -0.01], [2.5, 5e-9, -0.05]]
    assert nelson.parameters.tolist() == [2.5906836021, 5.6177717026e-09, -5.7701013174e-02]
    assert nelson.residual == 3.7976833176
    assert (nelson.level, nelson.x.shape, nelson.y.shape) == ("Average", (128, 2), (128,))
    assert nelson.x[0].tolist() == [1.0, 180.0]
    assert nelson.y[0] == math.log(15.0)  # this problem models log[y]
    assert _nist.read("Misra1a").y[0] == 10.07


def test_the_models_are_those_of_nist():
    """At the certified parameters every model has the certified residual sum of squares."""
    for names, model in MODELS.items():
        for name in names.split():
            problem = _nist.read(name)
            parameters = problem.parameters.tolist()
            squares = [
                (model(*x, *parameters) - y) ** 2 for x, y in zip(problem.x.tolist(), problem.y.tolist(), strict=True)
            ]
            # The residual of Lanczos1 is 1.4e-25, less than eleven digits of its parameters can give.
            near = 1e-20 if name == "Lanczos1" else 1e-6 * problem.residual
            assert abs(math.fsum(squares) - problem.residual) < near, name


@pytest.mark.parametrize(
    ("seen", "certified", "digits"),
    [([1.0, 2.0], [1.0, 2.0], 11.0), ([1.001, 2.0], [1.0, 2.0], 3.0), ([1.0, -2.0], [1.0, 2.0], 0.0), (1.01, 1.0, 2.0)],
)
def test_the_digits_that_agree_are_those_of_the_worst(seen, certified, digits):
    assert _nist.digits(seen, np.asarray(certified)) == pytest.approx(digits, abs=1e-9)


def test_a_file_without_what_it_should_hold_is_refused():
    with pytest.raises(ValueError, match="in a file of NIST's"):
        _nist.found("Residual: (.*)", "text")


# --- packages that are not there -----------------------------------------------------------------------------

MISSING = {
    "moons": ("matplotlib", "matplotlib", "plot"),
    "iris": ("sklearn", "scikit-learn", "data"),
    "breast_cancer": ("sklearn", "scikit-learn", "data"),
    "digits": ("matplotlib", "matplotlib", "plot"),
    "curve_fit": ("scipy", "SciPy", "data"),
    "sharded": ("jax", "JAX", "jax"),
}


@pytest.mark.parametrize("name", MISSING)
def test_a_missing_package_is_one_line_that_names_its_extra(name, tmp_path, monkeypatch):
    module, package, extra = MISSING[name]
    monkeypatch.chdir(tmp_path)
    for loaded in [loaded for loaded in sys.modules if loaded.partition(".")[0] == module]:
        monkeypatch.delitem(sys.modules, loaded)
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(SystemExit) as stopped:
        importlib.import_module(f"demos.{name}").main()
    assert str(stopped.value) == f"this demo needs {package}: run  pip install 'chainrule[{extra}]'"
