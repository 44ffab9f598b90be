"""How the package is built: the compiled engine where it can be compiled, and without it where it cannot.

``autograd/_engine.c`` is an option. A machine without a C compiler or without Python's headers gets the package all the
same, with one line that says why, and the engine in Python gives the same numbers. An editable install has the compiled
module beside its source, where git ignores it.
"""

import os
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

SUFFIX = sysconfig.get_config_var("EXT_SUFFIX")
# Both engines give the same bits, whatever CFLAGS say: no a*b + c in one rounding, no shortcuts of a fast-math, and no
# functions of the compiler's own, which makes x*x of pow(x, 2) where Python asks the library.
FLAGS = {
    "nt": ["/O2", "/Oi-", "/std:c11", "/fp:precise"],
    "posix": ["-O2", "-g0", "-std=c11", "-fno-fast-math", "-ffp-contract=off", "-fno-builtin"],
}[os.name]
SETUP = """
import os
import sys
from setuptools import Extension, setup
source, folder, *flags = sys.argv[1:]
engine = Extension("_engine", [source], extra_compile_args=flags, libraries=["m"] if os.name == "posix" else [])
setup(name="engine", ext_modules=[engine], script_args=["build_ext", "--build-lib", folder, "--build-temp", folder])
"""


class CannotCompileError(Exception):
    """The reason why the package is built without its compiled engine."""


def compiled(source: Path, folder: str) -> Path:
    """The extension module of ``source``, made in ``folder`` by setuptools, which knows each system's compiler."""
    if sysconfig.get_config_var("Py_GIL_DISABLED"):
        raise CannotCompileError("this Python runs without the GIL")
    run = subprocess.run(  # noqa: S603 -- the compiler that this Python was built by
        [sys.executable, "-c", SETUP, str(source), folder, *FLAGS],
        cwd=folder, capture_output=True, text=True, errors="replace", check=False,
    )  # fmt: skip
    made = Path(folder) / f"_engine{SUFFIX}"
    if run.returncode or not made.exists():
        lines = [line.strip() for line in (run.stdout + run.stderr).splitlines() if line.strip()]
        raise CannotCompileError(next((line for line in lines if "error" in line.lower()), lines[-1] if lines else "?"))
    return made


class CompiledEngine(BuildHookInterface[Any]):
    """Add the compiled engine to a wheel, or say in a line why it is left out."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Compile into the wheel; for an editable install beside the source."""
        source = Path(self.root, "autograd", "_engine.c")
        beside = source.with_name(f"_engine{SUFFIX}")
        self.folder = tempfile.TemporaryDirectory()
        if not source.exists():  # nothing was left out
            return
        try:
            if version == "editable":
                beside.unlink(missing_ok=True)  # one of another source must not outlive a compilation that fails
            made = compiled(source, self.folder.name)
            if version == "editable":
                shutil.copyfile(made, beside)
        except (CannotCompileError, OSError) as reason:
            self.app.display_warning(f"chainrule is built without its compiled engine: {reason}")
            return
        if version != "editable":
            build_data["force_include"][str(made)] = f"autograd/{made.name}"
            build_data["pure_python"] = False
            build_data["infer_tag"] = True

    def finalize(self, *_: Any) -> None:
        """Delete the compiler's folder, once the wheel holds the module."""
        self.folder.cleanup()
