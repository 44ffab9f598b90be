"""Emitted C, compiled by the system's compiler as strictly as it can, and loaded."""

from __future__ import annotations

import ctypes
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from autograd.primitives import Primitive
from autograd.replay.backends.c_source import emit
from tests.support.backends import single

COMPILER = shutil.which("gcc") or shutil.which("cc") or shutil.which("clang")
STRICT = ["-std=c99", "-Wall", "-Wextra", "-Werror", "-ffp-contract=off", "-O1", "-shared", "-fPIC"]


def compiled(source: str | Mapping[str, str], folder: Path, *flags: str) -> ctypes.CDLL:
    """A source, or several by the names of their files, as one library."""
    return _library({"replay": source} if isinstance(source, str) else source, folder, flags)


def compiled_operations(operations: Sequence[Primitive], folder: Path) -> ctypes.CDLL:
    """All at once: the k-th operation is the function ``replay_k``."""
    sources = {f"replay_{k}": emit([single(op)], f"replay_{k}") for k, op in enumerate(operations)}
    return _library(sources, folder, ())


def _library(sources: Mapping[str, str], folder: Path, flags: Sequence[str]) -> ctypes.CDLL:
    if COMPILER is None:
        pytest.fail("these tests need a C compiler: install gcc or clang")
    files = [folder / f"{name}.c" for name in sources]
    for file, text in zip(files, sources.values(), strict=True):
        file.write_text(text)
    target = folder / "library.so"
    built = subprocess.run(
        [COMPILER, *STRICT, *flags, "-o", target, *files, "-lm"], capture_output=True, text=True, check=False
    )
    assert built.returncode == 0, built.stderr
    return ctypes.CDLL(str(target))
