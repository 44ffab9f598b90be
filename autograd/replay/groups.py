"""Groups of dots: sums of products that read the same operands, which together are one matrix product.

A layer of a network on scalars, a window of a convolution with several channels, the components of a mixture: on a
tape each result is a sum of products of its own. Results that read the same numbers, each with factors of its own, are
the product of a matrix of those factors and the column of the operands; so are the gradients of the operands. The
gradients of the factors are summed over the examples: the product of one block of rows and another.

Nothing here knows what the numbers are for. What is found is taken out of a list of sums, and what is left stays as it
was. A backend does a group in the way that is fast on its machine: see the register tiles of ``_lanes_kernel.h``.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from itertools import chain
from typing import NamedTuple

__all__ = ["FEWEST", "Dots", "Outer", "dots_among", "outer_among"]

Pair = tuple[int, int]

FEWEST = 4
"""How many results, and how many operands, a group has at least."""
_BIASES = 2  # as in a bias and ``sum(...)``, which begins with 0


class Dots(NamedTuple):
    """Results that are each a bias and the sum of the same operands times factors of its own."""

    results: list[int]
    biases: list[int | None]
    factors: list[list[int]]
    """For each result its factors, one for each operand: the matrix."""
    operands: list[int]


class Outer(NamedTuple):
    """All products of one of ``left`` and one of ``right``, each summed over the examples."""

    left: list[int]
    right: list[int]
    places: list[list[int]]
    """For each of ``left`` and each of ``right`` the place of the result that their product is added to."""

    @property
    def args(self) -> list[int]:
        """The numbers that are read."""
        return [*self.left, *self.right]


def dots_among(sums: Mapping[int, list[Pair]], fixed: Mapping[int, object] | None, one: int) -> list[Dots]:
    """The groups among ``sums``.

    Args:
        sums: for each result the products that it is the sum of. A product of two fixed numbers is a bias if one of
            them is ``one``.
        fixed: the numbers that may be factors of a matrix. The others may be operands. If None, any may be either;
            then no sum may depend on another, and of two factors the one that is in more products is the operand.
        one: the number 1.

    >>> sums = {20 + i: [(-1, i), *((4 * i + j + 4, j + 30) for j in range(4))] for i in range(4)}
    >>> [group] = dots_among(sums, dict.fromkeys(range(-1, 20)), one=-1)
    >>> group.results, group.biases, group.operands, group.factors[1]
    ([20, 21, 22, 23], [0, 1, 2, 3], [30, 31, 32, 33], [8, 9, 10, 11])
    """
    count = Counter(chain.from_iterable(chain.from_iterable(sums.values())))

    def is_factor(x: int, y: int) -> bool:
        return count[x] <= count[y] if fixed is None else x in fixed and y not in fixed

    found: defaultdict[tuple[int, ...], list[tuple[int, int | None, list[int]]]] = defaultdict(list)
    for result, products in sums.items():
        bias, terms = None, []
        if fixed is None and sum(one in pair for pair in products) > _BIASES:  # it is mostly a sum of numbers
            continue
        for x, y in products:
            if bias is None and one in (x, y) and (fixed is None or (x in fixed and y in fixed)):
                bias = x if y == one else y
            elif is_factor(x, y):
                terms.append((y, x))
            elif is_factor(y, x):
                terms.append((x, y))
            else:
                break
        else:
            if len(terms) >= FEWEST:
                terms.sort()
                operands, factors = zip(*terms, strict=True)
                found[operands].append((result, bias, list(factors)))
    return [
        Dots(
            [result for result, _, _ in members],
            [bias for _, bias, _ in members],
            [factors for _, _, factors in members],
            list(operands),
        )
        for operands, members in found.items()
        if len(members) >= FEWEST
    ]


def outer_among(products: Iterable[tuple[Pair, int]]) -> tuple[list[Outer], list[tuple[Pair, int]]]:
    """The groups among ``products``, each with the place of the result that it is added to; and the other products."""
    products = list(products)
    count = Counter(factor for pair, _ in products for factor in pair)
    row: defaultdict[int, list[tuple[int, int]]] = defaultdict(list)
    for (x, y), place in products:
        left, right = (x, y) if count[x] >= count[y] else (y, x)
        row[left].append((right, place))
    alike: defaultdict[tuple[int, ...], list[int]] = defaultdict(list)
    for left, terms in row.items():
        terms.sort()
        alike[tuple(right for right, _ in terms)].append(left)
    groups = []
    rest: list[tuple[Pair, int]] = []
    for rights, lefts in alike.items():
        if len(lefts) >= FEWEST and len(rights) >= FEWEST:
            groups.append(_oriented(lefts, list(rights), [[place for _, place in row[left]] for left in lefts]))
        else:
            rest += [((left, other), place) for left in lefts for other, place in row[left]]
    return groups, rest


def _oriented(left: list[int], right: list[int], places: list[list[int]]) -> Outer:
    """The group, with places that follow one another within a row if they do so at all."""
    if places[1][0] - places[0][0] == 1:
        return Outer(right, left, [list(column) for column in zip(*places, strict=True)])
    return Outer(left, right, places)
