"""The blocks that programs of a lane kernel are made of, and how the factors of matrices are packed for it.

There are two such kernels, one in C and one that numba compiles.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from autograd.primitives import Primitive

__all__ = ["BLOCK", "DOT", "MULTIPLY", "OUTER", "PRODUCT", "ROWS", "STORE", "TILE", "Block", "packing"]

DOT, PRODUCT, TILE, STORE, MULTIPLY, OUTER = "dot", "product", "tile", "store", "multiply", "outer"
"""The blocks that are not operations:

* DOT: a bias, then so many products of a shared number and a row, then so many products of two rows;
* PRODUCT: the sum over the examples of the product of two rows, added to one result;
* TILE: four of those that share a row;
* STORE: a row written out, one number for each example;
* MULTIPLY: a group of dots: results, each a bias and a sum of the same rows times factors;
* OUTER: the sums over the examples of all products of one of some rows and one of others.
"""

Block = str | tuple[Primitive, int]
"""One of the names above, or an operation on so many arguments."""

BLOCK = 128
"""The results, and the operands, of a block of a matrix: its factors stay in the second-level cache."""
ROWS = 4
"""The results of a tile, whose factors are packed side by side."""


def packing(n_results: int, n_operands: int) -> npt.NDArray[np.intp]:
    """The order of the factors of a matrix of so many rows and columns: four rows side by side, then the rest.

    >>> packing(5, 3).tolist()
    [0, 3, 6, 9, 1, 4, 7, 10, 2, 5, 8, 11, 12, 13, 14]
    """
    places = np.arange(n_results * n_operands).reshape(n_results, n_operands)
    whole = n_results // ROWS * ROWS
    blocks = [places[:whole, start : start + BLOCK] for start in range(0, n_operands, BLOCK)]
    tiles = [block.reshape(-1, ROWS, block.shape[1]).transpose(0, 2, 1).ravel() for block in blocks]
    return np.concatenate([*tiles, places[whole:].ravel()])
