"""A small GPT, written on single numbers: a block of attention, then a layer of 64, each added to what it reads.

Source: GPT-2 (A. Radford and others, 2019), its norm by root mean squares (https://arxiv.org/abs/1910.07467).
"""

from pathlib import Path
from typing import Any

import numpy as np

from autograd import Parameter, logsumexp, no_grad, relu, softmax, take
from nn import Module

PLANTS = (Path(__file__).parent / "data" / "plants.txt").read_text(encoding="utf-8").split()
LETTERS = ".abcdefghijklmnopqrstuvwxyz"  # a word begins after a full stop, and ends with one
PLACES, WIDTH, HEADS = 1 + max(map(len, PLANTS)), 16, 4


def example(word: str) -> tuple[list[int], list[float]]:
    """The letters of ``word`` as numbers, padded to one length; and what each counts: 0 after the stop that ends it."""
    counts = [1.0 / (len(word) + 1) if place <= len(word) else 0.0 for place in range(PLACES)]
    return [LETTERS.index(letter) for letter in word.ljust(PLACES, ".")], counts


def batch(words: Any) -> list[Any]:
    """The examples of some words as two arrays, a row for each word."""
    return [np.array(part) for part in zip(*map(example, words), strict=True)]


def summed(x: Any, y: Any) -> Any:
    return sum(a * b for a, b in zip(x, y, strict=True))


def normalised(x: Any) -> Any:
    return [a * size for size in [(summed(x, x) / len(x) + 1e-5) ** -0.5] for a in x]


class GPT(Module):
    """Scores of the next letter, from the letters so far."""

    def __init__(self, seed: int) -> None:
        rng = np.random.default_rng(seed)
        shapes = {"letter": (len(LETTERS), WIDTH), "place": (PLACES, WIDTH), "scores": (len(LETTERS), WIDTH)}
        shapes |= {"up": (4 * WIDTH, WIDTH), "down": (WIDTH, 4 * WIDTH)}
        for name, shape in (shapes | dict.fromkeys(["query", "key", "value", "mix"], (WIDTH, WIDTH))).items():
            setattr(self, name, [[Parameter(x, name) for x in row] for row in rng.normal(0.0, 0.08, shape).tolist()])

    def forward(self, word: Any, counts: Any) -> Any:
        """Minus the logarithm of the probability of each letter of ``word`` after those before it, as it counts."""
        total, past, before = 0.0, list[Any](), 0
        for place, (letter, counted) in enumerate(zip(word, counts, strict=True)):
            scores = self.next_letter(before, place, past)
            total, before = total + counted * (logsumexp(scores) - take(scores, letter)), letter
        return total

    def next_letter(self, letter: Any, place: int, past: list[Any]) -> list[Any]:
        """The score of each letter to come after ``letter``; ``past`` holds the keys and values, and gets new ones."""
        x = normalised([a + b for a, b in zip(take(self.letter, letter), self.place[place], strict=True)])
        size, seen, heads = WIDTH // HEADS, normalised(x), []
        query, key, value = ([summed(row, seen) for row in matrix] for matrix in (self.query, self.key, self.value))
        past.append((key, [number.named(f"value{i} {place}") for i, number in enumerate(value)]))
        for head in range(HEADS):
            part, name = slice(head * size, head * size + size), f"head{head} {place}"
            scores = [summed(query[part], key[part]) / size**0.5 for key, _ in past]
            shares = softmax(score.named(f"{name} score{k}") for k, score in enumerate(scores))
            columns = zip(*(value[part] for _, value in past), strict=True)
            heads += [summed(shares, column).named(f"{name} mean{i}") for i, column in enumerate(columns)]
        x = [a + summed(row, heads) for a, row in zip(x, self.mix, strict=True)]
        hidden = [relu(summed(row, seen)) for seen in [normalised(x)] for row in self.up]
        x = [a + summed(row, hidden) for a, row in zip(x, self.down, strict=True)]
        return [summed(row, x) for row in self.scores]

    def made_up(self, rng: np.random.Generator) -> str:
        """A word, letter by letter, each drawn by its probability."""
        word, past = ".", list[Any]()
        with no_grad():
            while len(word) < PLACES and (len(word) == 1 or word[-1] != "."):
                shares = softmax(self.next_letter(LETTERS.index(word[-1]), len(word) - 1, past))
                word += rng.choice(list(LETTERS), p=[share.data for share in shares])
        return word.strip(".")
