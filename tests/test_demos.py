"""The demos run as a user runs them, and print and write what they promise."""

import os
import re
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

ROOT = Path(__file__).parent.parent
DEMOS = sorted(path.stem for path in (ROOT / "demos").glob("*.py") if not path.stem.startswith("__"))


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
        timeout=300,
    )


def test_the_list_names_every_demo_with_its_first_line(tmp_path):
    done = run(folder=tmp_path)
    assert done.returncode == 0
    assert DEMOS
    for name in DEMOS:
        assert re.search(rf"^  {name} +\S.*\.$", done.stdout, re.MULTILINE), name


def test_an_unknown_demo_is_refused_with_the_known_ones(tmp_path):
    done = run("nonsense", folder=tmp_path)
    assert done.returncode == 2
    assert "two_flows" in done.stderr


@pytest.mark.parametrize("name", DEMOS)
def test_a_demo_is_short(name):
    assert len((ROOT / "demos" / f"{name}.py").read_text(encoding="utf-8").splitlines()) <= 80


def test_two_flows(tmp_path):
    done = run("two_flows", folder=tmp_path)
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    differences = [float(number) for number in re.findall(r"│ (\d\.?\d*e[-+]\d+) ", done.stdout)]
    assert len(differences) == 6
    assert max(differences) < 1e-15
    for node in (1, 2, 3):
        first, second, total = re.findall(
            rf"W{node}1\[2\] · a{node}\[1\].*?(\S+) +│\n.*W{node}2\[2\] · a{node}\[1\].*?(\S+) +│\n.*sum.*?(\S+) +│",
            done.stdout,
        )[0]
        assert float(first) + float(second) == pytest.approx(float(total), abs=2e-6)
    descent = done.stdout.partition("Gradient descent:")[2]
    losses = [float(number) for number in re.findall(r"\d\.\d+", descent)]
    assert len(losses) == 11
    assert losses == sorted(losses, reverse=True)
    assert losses[-1] < losses[0] / 2
    picture = ET.parse(tmp_path / "out" / "two_flows.svg").getroot()
    text = " ".join(element.text or "" for element in picture.iter())
    assert all(label in text for label in ("a1[1]", "W11[2]", "z1[3]", "b2[2]"))


def test_the_picture_in_the_readme_is_the_demos(tmp_path):
    assert run("two_flows", folder=tmp_path).returncode == 0
    shown = (ROOT / "demos" / "pictures" / "two_flows.svg").read_bytes()
    assert (tmp_path / "out" / "two_flows.svg").read_bytes() == shown, "copy out/two_flows.svg to demos/pictures"


def test_moons_learns(tmp_path):
    done = run("moons", folder=tmp_path)
    assert done.returncode == 0, done.stderr
    steps = re.findall(r"step +(\d+) +loss (\d\.\d+) +accuracy (\d+)%", done.stdout)
    assert [int(step) for step, _, _ in steps] == [0, 10, 20, 30, 40]
    assert float(steps[-1][1]) < 0.1
    assert int(steps[-1][2]) >= 95
