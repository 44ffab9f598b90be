"""The GPT of the demo, against its own matrix form; its mask, its head, and the demo itself."""

import re

import numpy as np
import pytest

from autograd import compile as compiled
from autograd import value_and_grad
from demos import _gpt
from demos import gpt as demo
from nn import functional_call
from tests.demos.test_demos import run


@pytest.fixture
def small(monkeypatch):
    """A GPT of three places and a width of 4, and the gradient of its loss by its numbers."""
    monkeypatch.setattr(_gpt, "PLACES", 4)
    monkeypatch.setattr(_gpt, "WIDTH", 4)
    monkeypatch.setattr(_gpt, "HEADS", 2)
    monkeypatch.setattr(demo, "WIDTH", 4)
    monkeypatch.setattr(demo, "HEADS", 2)
    return _gpt.GPT(3)


def in_matrices(numbers, word, counts):
    """The loss of a word in NumPy, all places at once: rows are places, and a triangle hides those to come."""
    width, heads, places = _gpt.WIDTH, _gpt.HEADS, _gpt.PLACES
    shapes = {
        "letter": (27, width), "place": (places, width), "scores": (27, width), "up": (4 * width, width),
        "down": (width, 4 * width), "query": (width,) * 2, "key": (width,) * 2, "value": (width,) * 2,
        "mix": (width,) * 2,
    }  # fmt: skip
    sizes = [rows * columns for rows, columns in shapes.values()]
    parts = np.split(np.asarray(numbers), np.cumsum(sizes)[:-1])
    w = {name: part.reshape(shape) for (name, shape), part in zip(shapes.items(), parts, strict=True)}

    def normalised(x):
        return x / np.sqrt((x * x).mean(axis=1, keepdims=True) + 1e-5)

    def soft(x):
        powers = np.exp(x - x.real.max(axis=-1, keepdims=True))
        return powers / powers.sum(axis=-1, keepdims=True)

    x = normalised(w["letter"][[0, *word[:-1]]] + w["place"])
    seen, size, mixed = normalised(x), width // heads, []
    for head in range(heads):
        q, k, v = (seen @ w[name].T[:, head * size : (head + 1) * size] for name in ("query", "key", "value"))
        scores = np.where(np.tri(places) > 0, q @ k.T / np.sqrt(size), -1e300)
        mixed.append(soft(scores) @ v)
    x = x + np.hstack(mixed) @ w["mix"].T
    hidden = normalised(x) @ w["up"].T
    x = x + np.where(hidden.real > 0, hidden, 0.0) @ w["down"].T
    said = soft(x @ w["scores"].T)[np.arange(places), word]
    return -(np.log(said) * counts).sum()


def test_the_loss_and_every_gradient_are_those_of_the_matrix_form_for_every_length(small):
    numbers = np.array([p.data for p in small.parameters()]) * 5.0
    loss = value_and_grad(lambda numbers, *word: functional_call(small, numbers, *word))
    step = compiled(loss, in_axes=(None, 0, 0), backend="numpy")
    losses, gradients = step(numbers, *_gpt.batch(["a", "fig", "yew", "ox"]))
    assert len(step.paths) == 1  # one recording serves them all
    assert np.shape(gradients) == (4, len(numbers))
    for place, word in enumerate(["a", "fig", "yew", "ox"]):
        letters, counts = _gpt.example(word)
        assert losses[place] == pytest.approx(in_matrices(numbers, letters, counts), rel=1e-13)
        assert losses[place] == pytest.approx(functional_call(small, numbers.tolist(), letters, counts).data, rel=1e-14)
        moved = numbers + 1e-30j * np.eye(len(numbers))
        by_complex_step = [in_matrices(row, letters, counts).imag / 1e-30 for row in moved]
        np.testing.assert_allclose(gradients[place], by_complex_step, rtol=1e-11, atol=1e-14)


def test_no_letter_after_the_stop_counts(small):
    letters, counts = _gpt.example("a")
    assert counts == [0.5, 0.5, 0.0, 0.0]
    other = [*letters[:2], 7, 9]
    assert small(other, counts).data == small(letters, counts).data


def test_the_head_that_is_drawn_has_the_gradients_of_the_whole_graph(small):
    head, said = demo.head_of(small, "fig", 2)
    said.backward()
    leaves = {node.label: node for node in said.topological_order()}
    loss = small(*_gpt.example("fig"))
    loss.backward()
    whole = {node.label: node for node in loss.topological_order()}
    for place, letter in enumerate(".fi"):
        score = whole[f"head{head} 2 score{place}"]
        assert leaves[f"score {letter}"].data == score.data
        assert leaves[f"score {letter}"].grad == pytest.approx(score.grad, rel=1e-9, abs=1e-15)
    assert sum(leaves[f"look at {letter}"].data for letter in ".fi") == pytest.approx(1.0)


def test_words_are_made_up_of_letters_and_end(small):
    words = [small.made_up(np.random.default_rng(seed)) for seed in range(20)]
    assert {len(word) for word in words} <= {0, 1, 2, 3}
    assert len(set(words)) > 5
    assert "".join(words).isalpha()


def test_the_word_list_is_in_order_and_fits():
    assert sorted(set(_gpt.PLANTS)) == _gpt.PLANTS
    assert len(_gpt.PLANTS) > 250
    assert all(word.isascii() and word.isalpha() and word.islower() for word in _gpt.PLANTS)
    assert max(map(len, _gpt.PLANTS)) == _gpt.PLACES - 1


@pytest.mark.slow  # the tests above show the same on a smaller model
def test_gpt(tmp_path):
    done = run("gpt", folder=tmp_path)
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    assert max(map(len, done.stdout.splitlines())) <= 120
    one, many = (int(found.replace(",", "")) for found in re.findall(r"([\d,]+) times as fast", done.stdout))
    assert 1 < one < many
    trained, unseen = map(float, re.search(r"loss (\S+), on plants held out (\S+)", done.stdout).groups())
    assert trained < unseen < 2.8 < np.log(27)
    assert re.search(r"made up: \w+, \w+", done.stdout)
    assert 'reads ".haze"' in (tmp_path / "out" / "gpt.svg").read_text(encoding="utf-8").replace("&quot;", '"')
