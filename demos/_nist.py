"""The problems of nonlinear regression that NIST certified, read from the files it publishes."""

import re
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

Array = np.ndarray[Any, np.dtype[np.float64]]
FOLDER = Path(__file__).parent / "data" / "nist"
HEADER = 60
"""The lines of a file before its data."""


class Problem(NamedTuple):
    """One data set, with the answer."""

    name: str
    level: str
    """How difficult NIST calls it: Lower, Average, Higher."""
    starts: Array
    """The two starting points (2, parameters)."""
    parameters: Array
    """Certified (parameters,)."""
    residual: float
    """The certified residual sum of squares."""
    x: Array
    """The predictors (observations, 1 or 2)."""
    y: Array
    """The response (observations,)."""


def read(name: str) -> Problem:
    """The problem of that name, such as ``"MGH17"``."""
    lines = (FOLDER / f"{name}.dat").read_text(encoding="ascii").splitlines()
    text = "\n".join(lines[:HEADER])
    rows = re.findall(r"^ *b\d = +(\S+) +(\S+) +(\S+) +\S+$", text, re.MULTILINE)
    first, second, certified = np.array(rows, dtype=float).T
    data = np.array([line.split() for line in lines[HEADER:]], dtype=float)
    return Problem(
        name,
        found(r"(\w+) Level of Difficulty", text),
        np.array([first, second]),
        certified,
        float(found(r"Residual Sum of Squares: +(\S+)", text)),
        data[:, 1:],
        np.log(data[:, 0]) if "log[y]" in text else data[:, 0],
    )


def found(pattern: str, text: str) -> str:
    """The text of the group of ``pattern`` in ``text``.

    Raises:
        ValueError: it is not there.
    """
    match = re.search(pattern, text)
    if match is None:
        raise ValueError(f"no {pattern!r} in a file of NIST's")
    return match[1]


def digits(seen: Any, certified: Any) -> float:
    """How many digits agree, of the worst entry: the log relative error, at most the 11 that are certified.

    Source: B. D. McCullough, "Assessing the reliability of statistical software: part I", The American
    Statistician 52 (4), 1998, pages 358-366.
    """
    error = np.max(np.abs(np.subtract(seen, certified) / certified))
    return float(np.clip(-np.log10(max(error, 1e-11)), 0.0, 11.0))
