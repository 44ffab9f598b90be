"""What is released: the wheel and the source distribution, what they hold and depend on, and a bare machine."""

import email
import os
import re
import subprocess
import sys
import sysconfig
import tarfile
import tomllib
import zipfile
from importlib import metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement

import autograd

ROOT = Path(__file__).parent.parent
PACKAGES = ("autograd", "nn", "viz")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
EXTRAS = PROJECT["optional-dependencies"]
RUN_TIME = ("data", "fast", "image", "jax", "plot", "repl")
"""The extras that users install."""
NAME = f"chainrule-{autograd.__version__}"


def build(folder, *arguments):
    command = [sys.executable, "-m", "build", "--no-isolation", *arguments, "--outdir", str(folder), str(ROOT)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=600)
    assert done.returncode == 0, done.stdout + done.stderr
    return folder


@pytest.fixture(scope="module")
def release(tmp_path_factory):
    """A folder with the source distribution and the wheel that is built from it."""
    return build(tmp_path_factory.mktemp("release"))


@pytest.fixture(scope="module")
def wheel(release):
    [found] = release.glob(f"{NAME}-*.whl")
    return found


@pytest.fixture(scope="module")
def unpacked(wheel, tmp_path_factory):
    """A folder with what the wheel holds, and a space in its name."""
    folder = tmp_path_factory.mktemp("of the wheel")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder)
    return folder


def sources(package, *endings):
    """The files of a folder of the project that end so, by their paths from its root; what git ignores left out."""
    found = [path.relative_to(ROOT) for path in (ROOT / package).rglob("*") if path.is_file()]
    kept = [path for path in found if "__pycache__" not in path.parts and path.suffix not in (".so", ".pyd")]
    return {path.as_posix() for path in kept if path.name.endswith(endings)}


# --- the files --------------------------------------------------------------------------------------------


def test_the_wheel_holds_the_three_packages_with_their_data_and_nothing_else(wheel):
    expected = set()
    for package in PACKAGES:
        expected |= sources(package, ".py", ".pyi", ".c", ".h", ".js", ".css", ".html", ".toml", ".txt", "py.typed")
    expected |= {f"{NAME}.dist-info/{name}" for name in ("METADATA", "WHEEL", "RECORD", "licenses/LICENSE")}
    if not wheel.name.endswith("-py3-none-any.whl"):
        expected |= {f"autograd/{name}{sysconfig.get_config_var('EXT_SUFFIX')}" for name in ("_engine", "_lanes")}
    held = zipfile.ZipFile(wheel).namelist()
    assert sorted(held) == sorted(expected)
    named = {
        "autograd/_methods.pyi",
        "autograd/replay/backends/python_math.js",
        "viz/page/page.html",
        "viz/page/page.css",
    }
    assert named | {f"{package}/py.typed" for package in PACKAGES} <= set(held)


def test_the_source_distribution_holds_what_tests_and_demos_need_and_nothing_else(release):
    with tarfile.open(release / f"{NAME}.tar.gz") as archive:
        held = {member.name.removeprefix(f"{NAME}/"): member for member in archive.getmembers() if member.isfile()}
    expected = {
        ".ci/run", ".gitignore", ".pre-commit-config.yaml", "CHANGELOG.md", "CONTRIBUTING.md", "DEPENDENCIES.md",
        "LICENSE", "Makefile", "PKG-INFO", "README.md", "hatch_build.py", "pyproject.toml",
    }  # fmt: skip
    for folder in (*PACKAGES, "demos", "tests"):
        expected |= sources(folder, "")
    assert sorted(held) == sorted(expected)
    assert {"demos/data/nist/Misra1a.dat", "demos/pictures/two_flows.svg", "tests/support/torch_paths.json"} <= set(
        held
    )
    assert held[".ci/run"].mode & 0o111


def test_the_wheel_from_the_source_distribution_is_that_from_the_project_byte_for_byte(wheel, tmp_path):
    direct = build(tmp_path, "--wheel") / wheel.name
    assert direct.read_bytes() == wheel.read_bytes()


# --- the metadata -----------------------------------------------------------------------------------------


def test_the_metadata_are_those_of_the_project(wheel):
    with zipfile.ZipFile(wheel) as archive:
        told = email.message_from_bytes(archive.read(f"{NAME}.dist-info/METADATA"))
    assert told["Name"] == "chainrule"
    assert told["Version"] == autograd.__version__
    assert told["License-Expression"] == "MIT"
    assert told["License-File"] == "LICENSE"
    assert told["Requires-Python"] == ">=3.11"
    assert "Typing :: Typed" in told.get_all("Classifier")
    assert set(told.get_all("Provides-Extra")) == set(EXTRAS)
    always = {str(Requirement(text)) for text in told.get_all("Requires-Dist") if "extra ==" not in text}
    assert always == {str(Requirement(text)) for text in PROJECT["dependencies"]}
    readme = told.get_payload(decode=True).decode("utf-8")
    assert readme.strip() == (ROOT / "README.md").read_text(encoding="utf-8").strip()


# --- the wheel at work ------------------------------------------------------------------------------------

AT_WORK = """
import pathlib, sys
sys.path.insert(0, sys.argv[1])
import autograd, nn, viz
for package in (autograd, nn, viz):
    assert package.__file__.startswith(sys.argv[1]), package.__file__
from autograd import Value, grad, tanh
a, b = Value(2.0, "a"), Value(-3.0, "b")
L = tanh(a * b + 6.5)
L.backward()
print(grad(lambda x: x**3)(2.0), a.grad == -3.0 * (1.0 - L.data**2))
print(nn.MLP(2, [3, 1], rng=0)([0.3, 1.0]).op is not None)
print(viz.draw(L).svg[:4])
viz.step_through(L, "steps.html")
print("<script" in pathlib.Path("steps.html").read_text(encoding="utf-8"))
print("operation(" in autograd.javascript([L.op]))
"""


def bare(tmp_path, *arguments, **more):
    """Run Python where a home cannot be written, nothing is on the PATH, and a terminal knows ASCII alone."""
    nowhere = os.devnull + "/nowhere"  # a file has no folders, not even for the administrator
    homes = dict.fromkeys(("HOME", "USERPROFILE", "XDG_CACHE_HOME", "XDG_CONFIG_HOME", "LOCALAPPDATA"), nowhere)
    kept = {name: os.environ[name] for name in ("SYSTEMROOT", "COVERAGE_PROCESS_CONFIG") if name in os.environ}
    plain = {"PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0", "PYTHONIOENCODING": "ascii", "PYTHONWARNINGS": "error"}
    other = {"PATH": nowhere, "LC_ALL": "C", "TERM": "dumb", "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(
        [sys.executable, *arguments], env=homes | kept | plain | other | more, cwd=tmp_path, capture_output=True,
        encoding="ascii", check=False, timeout=600,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout, done.stderr


def test_what_the_wheel_holds_works_alone(unpacked, tmp_path):
    shown, complaints = bare(tmp_path, "-I", "-W", "error", "-c", AT_WORK, str(unpacked))
    assert shown.split() == ["12.0", "True", "True", "<svg", "True", "True"]
    assert complaints == ""


# --- a bare machine ---------------------------------------------------------------------------------------


def test_the_main_demo_runs_on_a_bare_machine(tmp_path):
    folder = tmp_path / "a path with spaces"
    folder.mkdir()
    shown, complaints = bare(folder, "-m", "demos", "two_flows", PYTHONPATH=str(ROOT))
    assert "0.025170" in shown
    assert complaints == ""
    assert (folder / "out" / "two_flows.svg").is_file()


def test_a_plot_needs_no_home(tmp_path):
    code = "from viz import plot_history; plot_history([2.0, 1.0]).savefig('history.png')"
    _, complaints = bare(tmp_path, "-c", code, PYTHONPATH=str(ROOT))
    assert "Traceback" not in complaints  # matplotlib says that it takes a temporary folder instead
    assert (tmp_path / "history.png").read_bytes().startswith(b"\x89PNG")


# --- what it depends on -----------------------------------------------------------------------------------

PERMISSIVE = {"Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "MIT", "MIT-CMU", "PSF-2.0"}
WORDS = {
    "Apache-2.0": "apache", "BSD-2-Clause": "bsd", "BSD-3-Clause": "bsd", "EPL-2.0": "epl-2.0",
    "MIT": r"\bmit\b|permission is hereby granted, free of charge", "MIT-CMU": "mit-cmu|hpnd", "PSF-2.0": "psf|python",
}  # fmt: skip
"""How a distribution of any age says that it is under a licence."""


def declared():
    """The requirements of pyproject.toml: name -> (range of versions, extra or '')."""
    found = {}
    for extra, requirements in {"": PROJECT["dependencies"], **EXTRAS}.items():
        for requirement in map(Requirement, requirements):
            if requirement.name != "chainrule":
                found[requirement.name] = (requirement.specifier, extra)
    return found


def rows():
    """The tables of DEPENDENCIES.md: name -> (range of versions, extra or '', licence)."""
    found = {}
    for line in (ROOT / "DEPENDENCIES.md").read_text(encoding="utf-8").splitlines():
        cells = [cell.strip().strip("`") for cell in line.strip("|").split("|")]
        if line.startswith("| `"):
            assert cells[0] not in found, f"{cells[0]} stands twice"
            extra = cells[2] if cells[2] in EXTRAS else ""
            found[cells[0]] = (Requirement(f"{cells[0]}{cells[1]}").specifier, extra, cells[3 if extra else 2])
    return found


def licence(name):
    """All that an installed distribution says of its licence in a line."""
    distribution = metadata.distribution(name)
    told = distribution.metadata
    lines = [told.get("License-Expression") or "", (told.get("License") or "").partition("\n")[0]]
    lines += [classifier for classifier in told.get_all("Classifier", []) if classifier.startswith("License")]
    return " ".join(lines).strip()


def texts(name):
    """The licence files of an installed distribution."""
    files = [path for path in metadata.files(name) or [] if re.search("licen[cs]e", path.name, re.IGNORECASE)]
    return " ".join(Path(path.locate()).read_text(encoding="utf-8", errors="replace") for path in files)


def test_every_dependency_has_its_row_and_every_row_its_dependency():
    assert {name: row[:2] for name, row in rows().items()} == declared()


RUN_TIME_ROWS = {name: row[2] for name, row in rows().items() if row[1] in ("", *RUN_TIME)}


@pytest.mark.parametrize("name", RUN_TIME_ROWS)
def test_what_users_install_says_itself_that_it_is_under_the_licence_of_its_row(name):
    assert RUN_TIME_ROWS[name] in PERMISSIVE or name == "graphviz-pure"
    assert re.search(WORDS[RUN_TIME_ROWS[name]], licence(name) or texts(name), re.IGNORECASE), licence(name)


def test_nothing_that_users_install_is_under_a_licence_of_the_gpl_family():
    waiting, seen = list(RUN_TIME_ROWS), set()
    while waiting:
        name = waiting.pop()
        if name.lower() in seen:
            continue
        seen.add(name.lower())
        # A compiler's run-time library inside a wheel comes with an exception for what is linked to it.
        told = re.sub(r"GPL[-\w.]* WITH GCC-exception-[\d.]+", "", licence(name))
        assert not re.search(r"\b[AL]?GPL|General Public License", told.replace("GNU", "")), (name, told)
        needed = map(Requirement, metadata.requires(name) or [])
        waiting += [each.name for each in needed if not each.marker or each.marker.evaluate({"extra": ""})]
    assert len(seen) > len(RUN_TIME_ROWS)
