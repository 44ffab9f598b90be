"""How the package is built: with its compiled modules where they can be compiled, and without them where not.

``autograd/_engine.c`` and ``autograd/_lanes.c`` are options. A machine without a C compiler or without Python's headers
gets the package all the same, with one line that says why: the engine in Python gives the same numbers, and a batch has
other backends. An editable install has the compiled modules beside their source, where git ignores them.
"""

import os
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

SUFFIX = sysconfig.get_config_var("EXT_SUFFIX")
# Whatever CFLAGS say: no a*b + c in one rounding, where it is not written so, and no shortcuts of a fast-math. The
# engine has no functions of the compiler's own, either, which makes x*x of pow(x, 2) where Python asks the library; the
# kernel has them, and needs not know how a function fails: that makes vector instructions of a loop over lanes.
EXACT = {
    "nt": ["/O2", "/std:c11", "/fp:precise"],
    "posix": ["-g0", "-std=c11", "-fvisibility=hidden", "-fno-fast-math", "-ffp-contract=off"],
}[os.name]
MODULES = {
    "_engine": (["_engine.c"], EXACT + {"nt": ["/Oi-"], "posix": ["-O2", "-fno-builtin"]}[os.name]),
    "_lanes": (
        ["_lanes.c", "_lanes_avx2.c", "_lanes_avx512.c"],
        EXACT + {"nt": [], "posix": ["-O3", "-fno-math-errno", "-fno-trapping-math", "-fopenmp-simd"]}[os.name],
    ),
}
NAMES = {"_engine": "engine", "_lanes": "kernel for batches"}
SETUP = """
import os
import sys
from setuptools import Extension, setup
name, folder, count, *rest = sys.argv[1:]
sources, flags = rest[: int(count)], rest[int(count) :]
module = Extension(name, sources, extra_compile_args=flags, libraries=["m"] if os.name == "posix" else [])
setup(name=name, ext_modules=[module], script_args=["build_ext", "--build-lib", folder, "--build-temp", folder])
"""


class CannotCompileError(Exception):
    """The reason why the package is built without a compiled module."""


def compiled(source: Path, folder: str) -> Path:
    """The extension module of ``source``, made in ``folder`` by setuptools, which knows each system's compiler."""
    if sysconfig.get_config_var("Py_GIL_DISABLED"):
        raise CannotCompileError("this Python runs without the GIL")
    files, flags = MODULES[source.stem]
    sources = [str(source.with_name(name)) for name in files]
    run = subprocess.run(  # noqa: S603 -- the compiler that this Python was built by
        [sys.executable, "-c", SETUP, source.stem, folder, str(len(sources)), *sources, *flags],
        cwd=folder, capture_output=True, text=True, errors="replace", check=False,
    )  # fmt: skip
    made = Path(folder) / f"{source.stem}{SUFFIX}"
    if run.returncode or not made.exists():
        lines = [line.strip() for line in (run.stdout + run.stderr).splitlines() if line.strip()]
        raise CannotCompileError(next((line for line in lines if "error" in line.lower()), lines[-1] if lines else "?"))
    return made


class CompiledModules(BuildHookInterface[Any]):
    """Add the compiled modules to a wheel, or say in a line why one is left out."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Compile into the wheel; for an editable install beside the source."""
        self.folder = tempfile.TemporaryDirectory()
        found = [Path(self.root, "autograd", f"{name}.c") for name in MODULES]
        sources = [source for source in found if source.exists()]  # without it nothing was left out
        with ThreadPoolExecutor(len(MODULES)) as pool:
            made = [pool.submit(self.made, source, version) for source in sources]
        for source, one in zip(sources, made, strict=True):
            try:
                module = one.result()
            except (CannotCompileError, OSError) as reason:
                self.app.display_warning(f"chainrule is built without its compiled {NAMES[source.stem]}: {reason}")
                continue
            if version != "editable":
                build_data["force_include"][str(module)] = f"autograd/{module.name}"
                build_data["pure_python"] = False
                build_data["infer_tag"] = True

    def made(self, source: Path, version: str) -> Path:
        """The compiled module of ``source``, in a folder of its own; for an editable install beside the source, too."""
        beside = source.with_name(f"{source.stem}{SUFFIX}")
        if version == "editable":
            beside.unlink(missing_ok=True)  # one of another source must not outlive a compilation that fails
        folder = Path(self.folder.name, source.stem)
        folder.mkdir()
        module = compiled(source, str(folder))
        if version == "editable":
            shutil.copyfile(module, beside)
        return module

    def finalize(self, *_: Any) -> None:
        """Delete the compiler's folders, once the wheel holds the modules."""
        self.folder.cleanup()
