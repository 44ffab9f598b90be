"""The compiled engine and lane kernel under AddressSanitizer and UndefinedBehaviorSanitizer, at tests of theirs.

    python -m tests.sanitize tests/autograd/test_value.py ...

A copy of the project gets them compiled with both; Python's own memory comes from ``malloc``, so that every node
is watched. A read of freed memory, a number out of range, or anything else that C leaves undefined ends the run. Needs
GCC or Clang on Linux.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from pathlib import Path

ROOT = Path(__file__).parent.parent
FLAGS = ["-O1", "-g", "-std=c11", "-ffp-contract=off", "-fno-builtin", "-fPIC", "-shared", "-fno-omit-frame-pointer"]
WATCHED = ["-fsanitize=address,undefined", "-fno-sanitize-recover=undefined"]
PROGRAMS = 1500


def compiled(root: Path, compiler: str) -> None:
    """Compile the engine and the lane kernel of the project at ``root`` in place, watched."""
    include, folder = f"-I{sysconfig.get_paths()['include']}", root / "autograd"
    for name in ("_engine", "_lanes"):
        sources = sorted(map(str, folder.glob(f"{name}*.c")))
        target = folder / f"{name}{sysconfig.get_config_var('EXT_SUFFIX')}"
        subprocess.run([compiler, *FLAGS, *WATCHED, include, *sources, "-o", str(target), "-lm"], check=True)


def library(compiler: str) -> str:
    """The sanitizer's own library, which must be loaded before Python."""
    names = ["libasan.so", "libclang_rt.asan-x86_64.so"]
    found = [subprocess.check_output([compiler, f"-print-file-name={name}"], text=True).strip() for name in names]
    return next(path for path in found if Path(path).is_absolute())


def main() -> int:
    """Copy, compile, and run: the tests that are named, then random programs."""
    compiler = os.environ.get("CC", "cc")
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "project"
        left_out = shutil.ignore_patterns(".*", "__pycache__", "*.so", "*.pyd", "out", "build", "dist")
        shutil.copytree(ROOT, root, ignore=left_out)
        compiled(root, compiler)
        environment = os.environ | {
            "CHAINRULE_ENGINE": "c",
            "LD_PRELOAD": library(compiler),
            # The interpreter keeps what it has until its end, which is no leak; pytest would swallow a report.
            "ASAN_OPTIONS": f"detect_leaks=0:log_path={folder}/report",
            "UBSAN_OPTIONS": f"print_stacktrace=1:log_path={folder}/report",
            "PYTHONMALLOC": "malloc",
            "PYTHONPATH": str(root),
        }
        # The sizes of nodes are those of another allocator, and a process of a test may be without the library.
        passed_over = " and ".join(f"not {word}" for word in ("bytes", "memory", "pile", "process"))
        chosen = ["-k", passed_over, "-p", "no:cacheprovider", *sys.argv[1:]]
        for command in (["pytest", "--quiet", *chosen], ["tests.engines", "--under", "c", str(PROGRAMS)]):
            run = subprocess.run(
                [sys.executable, "-m", *command], cwd=root, env=environment, check=False,
                stdout=subprocess.DEVNULL if "--under" in command else None,
            )  # fmt: skip
            reports = [path.read_text(errors="replace") for path in Path(folder).glob("report.*")]
            sys.stderr.write("\n".join(reports))
            if run.returncode or reports:
                return run.returncode or 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
