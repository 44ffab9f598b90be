"""The build: with a compiler the wheel has the compiled engine; whatever is missing, there is a wheel without it."""

import os
import shutil
import stat
import subprocess
import sys
import sysconfig
import tarfile
import zipfile
from pathlib import Path

import pytest

from hatch_build import CannotCompileError, compiled

ROOT = Path(__file__).parent.parent
MODULE = f"autograd/_engine{sysconfig.get_config_var('EXT_SUFFIX')}"
ENGINE = """
#include <Python.h>
#include "_rules.h"
static struct PyModuleDef module = {PyModuleDef_HEAD_INIT, "_engine", NULL, -1, NULL, NULL, NULL, NULL, NULL};
PyMODINIT_FUNC PyInit__engine(void) { return PyModule_Create(&module); }
"""
HEADER = """
#include <math.h>
static double product_less_one(double x, double y) { return x * y - 1.0; }
static double square(double x) { return pow(x, 2.0); }
"""
COMPILER = shutil.which(os.environ.get("CC", "cc")) is not None and sysconfig.get_config_var("Py_GIL_DISABLED") != 1

pytestmark = pytest.mark.skipif(os.name == "nt", reason="the compiler is set by CC and PATH")
needs_compiler = pytest.mark.skipif(not COMPILER, reason="there is no C compiler for this Python")


@pytest.fixture
def project(tmp_path):
    """The project's build, of packages that hold next to nothing."""
    root = tmp_path / "the project"
    for package in ("autograd", "nn", "viz"):
        (root / package).mkdir(parents=True)
        (root / package / "__init__.py").write_text('__version__ = "1.0"\n')
    for name in ("hatch_build.py", "pyproject.toml", "README.md", "LICENSE", ".gitignore"):
        shutil.copy(ROOT / name, root)
    (root / "autograd" / "_engine.c").write_text(ENGINE)
    (root / "autograd" / "_rules.h").write_text(HEADER)
    return root


def build(project, target="build_wheel", **environment):
    """The file that is built, and what was said."""
    code = f"from hatchling import build; print(build.{target}({str(project.parent)!r}))"
    run = subprocess.run(
        [sys.executable, "-c", code], cwd=project, env=os.environ | environment, capture_output=True, text=True,
        check=False, timeout=120,
    )  # fmt: skip
    assert run.returncode == 0, run.stdout + run.stderr
    lines = (run.stdout + run.stderr).strip().splitlines()
    [made] = [line for line in lines if line.endswith((".whl", ".tar.gz"))]
    return project.parent / made, "\n".join(line for line in lines if line != made)


def pure(wheel):
    """Whether a wheel is for every system; its names must agree with it."""
    anywhere = wheel.name.endswith("-py3-none-any.whl")
    assert (MODULE not in zipfile.ZipFile(wheel).namelist()) or not anywhere
    return anywhere


@needs_compiler
def test_with_a_compiler_the_wheel_has_the_compiled_engine_and_says_which_python_it_is_for(project):
    wheel, said = build(project)
    version = f"cp{sys.version_info[0]}{sys.version_info[1]}"
    assert f"-{version}-{version}-" in wheel.name
    assert MODULE in zipfile.ZipFile(wheel).namelist()
    assert said == ""
    assert not (project / MODULE).exists()


BROKEN = ENGINE + "int nothing = ;\n"


@pytest.mark.parametrize(
    ("target", "source", "environment", "reason"),
    [
        pytest.param("build_wheel", ENGINE, {"CC": "false"}, "false", id="a compiler that fails"),
        pytest.param("build_wheel", ENGINE, {"PATH": "/nowhere", "CC": "cc"}, "cc", id="an empty path"),
        pytest.param("build_wheel", ENGINE, {"CFLAGS": "-nostdinc"}, "error", id="no headers"),
        pytest.param("build_wheel", BROKEN, {}, "error", id="an error in the source"),
        pytest.param("build_editable", BROKEN, {}, "error", id="an error in the source, in place"),
    ],
)
def test_what_cannot_be_compiled_is_left_out_with_one_line_that_says_why(project, target, source, environment, reason):
    (project / "autograd" / "_engine.c").write_text(source)
    (project / MODULE).write_text("of an older source")
    wheel, said = build(project, target, **environment)
    assert pure(wheel)
    assert said.startswith("chainrule is built without its compiled engine: ")
    assert "\n" not in said
    assert reason in said
    # An install in place does not go on with the engine of another source; a wheel never takes one.
    assert (project / MODULE).exists() is (target == "build_wheel")


def test_without_its_source_there_is_nothing_to_compile_and_nothing_to_say(project):
    (project / "autograd" / "_engine.c").unlink()
    wheel, said = build(project)
    assert pure(wheel)
    assert said == ""


@needs_compiler
def test_an_editable_install_has_the_engine_beside_its_source(project):
    wheel, said = build(project, "build_editable")
    assert said == ""
    assert (project / MODULE).stat().st_size > 1000
    assert MODULE not in zipfile.ZipFile(wheel).namelist()  # one is enough


def test_a_python_without_the_gil_runs_the_engine_in_python(project, monkeypatch):
    found = sysconfig.get_config_var
    monkeypatch.setattr(sysconfig, "get_config_var", lambda name: 1 if name == "Py_GIL_DISABLED" else found(name))
    with pytest.raises(CannotCompileError, match="runs without the GIL"):
        compiled(project / "autograd" / "_engine.c", str(project))


@needs_compiler
def test_a_source_that_cannot_be_written_builds_a_wheel(project):
    for path in (project, project / "autograd"):
        path.chmod(stat.S_IRUSR | stat.S_IXUSR)
    try:
        wheel, said = build(project)
        assert not pure(wheel)
        assert said == ""
    finally:
        for path in (project, project / "autograd"):
            path.chmod(stat.S_IRWXU)


@needs_compiler
def test_an_editable_install_that_cannot_write_beside_the_source_says_so(project):
    (project / MODULE).mkdir()  # in the way of a file, for the administrator too
    wheel, said = build(project, "build_editable")
    assert pure(wheel)
    assert said.startswith("chainrule is built without its compiled engine: ")


def test_the_source_distribution_has_the_source_of_the_engine_and_no_compiled_one(project):
    (project / MODULE).write_text("compiled")
    archive, said = build(project, "build_sdist")
    assert said == ""
    with tarfile.open(archive) as opened:
        held = {name.partition("/")[2] for name in opened.getnames()}
    assert {"autograd/_engine.c", "autograd/_rules.h", "hatch_build.py", "pyproject.toml"} <= held
    assert MODULE not in held


NUMBERS = """
static PyObject *numbers(PyObject *self, PyObject *args)
{
    double x, y;
    return PyArg_ParseTuple(args, "dd", &x, &y) ? Py_BuildValue("dd", product_less_one(x, y), square(x)) : NULL;
}
static PyMethodDef methods[] = {{"numbers", numbers, METH_VARARGS, NULL}, {NULL, NULL, 0, NULL}};
"""


@needs_compiler
def test_no_flag_of_the_machine_changes_a_number(project):
    """x·y − 1 in one rounding is another number, and so may x·x be in the place of pow(x, 2)."""
    source = ENGINE.replace("NULL, -1, NULL", "NULL, -1, methods").replace(
        "static struct", NUMBERS + "static struct", 1
    )
    (project / "autograd" / "_engine.c").write_text(source)
    build(project, "build_editable", CFLAGS="-O3 -march=native -ffp-contract=fast -ffast-math")
    points = [(1.0 + 2.0**-30, 1.0 - 2.0**-30), (1.0 + 2.0**-30,) * 2, (3.9271239745284623, 1.0)]
    code = f"import _engine; print([_engine.numbers(*point) for point in {points}])"
    run = subprocess.run(
        [sys.executable, "-c", code], cwd=project / "autograd", capture_output=True, text=True, check=True
    )
    assert run.stdout.strip() == repr([(x * y - 1.0, x**2.0) for x, y in points])
