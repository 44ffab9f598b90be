"""The release as users get it: built, installed from the wheel into an environment of its own, and tested there.

``make release`` leaves the source distribution and the wheel built from it in ``dist``. The tests, the demos and the
README come from the source distribution; its packages are removed first, so that only the wheel can be imported.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
import venv
from pathlib import Path

import autograd

ROOT = Path(__file__).parent.parent
PACKAGES = ("autograd", "nn", "viz")
OF_THE_TREE = ("architecture", "build", "docs", "packaging")
"""The test files that read the packages' own sources and pages, which are not there."""


def built(folder: Path) -> tuple[Path, Path]:
    """The source distribution, and the wheel that is built from it."""
    subprocess.run([sys.executable, "-m", "build", "--no-isolation", "--outdir", folder, ROOT], check=True)
    name = f"chainrule-{autograd.__version__}"
    return folder / f"{name}.tar.gz", max(folder.glob(f"{name}-*.whl"), key=lambda path: path.stat().st_mtime)


def installed(wheel: Path, folder: Path) -> Path:
    """The Python of a new environment that has the wheel and what its tests need, and nothing of the project's tree."""
    venv.create(folder, with_pip=True)
    python = folder / ("Scripts" if os.name == "nt" else "bin") / "python"
    subprocess.run([python, "-m", "pip", "install", "--quiet", f"{wheel}[dev]"], check=True)
    return python


def unpacked(archive: Path, folder: Path) -> Path:
    """The files of the source distribution, without the packages themselves."""
    with tarfile.open(archive) as held:
        held.extractall(folder, filter="data")
    root = folder / archive.name.removesuffix(".tar.gz")
    for package in PACKAGES:
        shutil.rmtree(root / package)
    return root


def main() -> int:
    """Build, install, test; the tests' own exit code."""
    archive, wheel = built(ROOT / "dist")
    with tempfile.TemporaryDirectory() as name:
        root = unpacked(archive, Path(name))
        python = installed(wheel, Path(name) / "an environment")
        left_out = [f"--ignore=tests/test_{name}.py" for name in OF_THE_TREE]
        command = [python, "-m", "pytest", "--numprocesses", "auto", *left_out, "tests", "README.md"]
        return subprocess.run([*command, "--pyargs", *PACKAGES], cwd=root, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
