"""A GPT on scalars: it learns the names of plants and makes up others; eagerly first, then the same code replayed.

The model is in demos/_gpt.py: 4,080 parameters, each a Value, and 75,000 Values for the loss of a word. A
few steps of Adam are taken eagerly. Then the same code is recorded once, for words of any length, as letters are data
and a mask ends the word; and replayed. Printed: times, losses, names made up. Picture: out/gpt.svg, one head of
attention as it reads "haze" and is to say "l", with the flows that tell it where to look.
"""

import math
import time
from functools import partial
from pathlib import Path
from timeit import repeat, timeit

import numpy as np

from autograd import Value, compile, dot, exp, fsum, value_and_grad  # noqa: A004 -- the name that autograd gives it
from demos._gpt import GPT, HEADS, PLANTS, WIDTH, batch, example
from nn import Adam, functional_call
from viz import draw

STEPS, BATCH, HELD = 100, 32, 32


def head_of(model: GPT, word: str, place: int) -> tuple[int, Value]:
    """The head most pulled at a place of ``word``: its scores, its looks at letters, what the loss makes of these."""
    loss = model(*example(word))
    loss.backward()
    found = {node.label: node for node in loss.topological_order()}
    letters, size = f".{word}"[: place + 1], WIDTH // HEADS
    scores = {head: [found[f"head{head} {place} score{k}"] for k in range(place + 1)] for head in range(HEADS)}
    head = max(scores, key=lambda head: sum(abs(score.grad) for score in scores[head]))
    pulls = [found[f"head{head} {place} mean{i}"].grad for i in range(size)]
    says = [dot(pulls, [found[f"value{head * size + i} {k}"].data for i in range(size)]) for k in range(place + 1)]
    powers = [exp(Value(score.data, f"score {letter}")) for score, letter in zip(scores[head], letters, strict=True)]
    total = fsum(powers).named("sum")
    looks = [(power / total).named(f"look at {letter}") for power, letter in zip(powers, letters, strict=True)]
    return head, dot(looks, [Value(x, f"{at} says") for at, x in zip(letters, says, strict=True)]).named("head")


def main() -> None:
    """Learn eagerly, then replayed; print how fast, and what was learnt; draw a head."""
    rng, model, eager = np.random.default_rng(1), GPT(1), math.inf
    words, optimizer = rng.permutation(PLANTS).tolist(), Adam(model.parameters(), lr=0.01)
    print(f"{model}; {len(words) - HELD} plants to learn from, {HELD} held out\n\nEagerly, a graph for each word:")
    for word in words[HELD : HELD + 3]:
        start = time.perf_counter()
        loss = model(*example(word))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        eager = min(eager, time.perf_counter() - start)
        print(f"  {word:<8} loss {loss.data:.3f}, {len(loss.topological_order()):,} Values")
    learnt, numbers = words[HELD:], np.array([p.data for p in model.parameters()])
    step = compile(value_and_grad(partial(functional_call, model)), in_axes=(None, 0, 0), reduce="mean")
    recording = timeit(lambda: step(numbers, *batch(learnt[:1])), number=1)
    print(f"  a step in {1e3 * eager:,.0f} ms\n\nThe same code, recorded in {recording:.1f} s, then replayed:")
    for some in (learnt[:1], learnt[:BATCH]):
        taken = min(repeat(partial(step, numbers, *batch(some)), number=1, repeat=20)) / len(some)
        print(f"  {len(some):>2} at a time: {1e6 * taken:6,.0f} µs a word, {eager / taken:6,.0f} times as fast")
    start = time.perf_counter()
    for k in range(STEPS):
        loss, gradient = step(numbers, *batch(rng.choice(learnt, BATCH)))
        numbers, optimizer.lr = optimizer.update(numbers, np.array(gradient)), 0.01 * (1.0 - k / STEPS)
    seconds, unseen = time.perf_counter() - start, step(numbers, *batch(words[:HELD]))[0]
    print(f"  {STEPS} steps of {BATCH} words in {seconds:.1f} s; loss {loss:.2f}, on plants held out {unseen:.2f}")
    for parameter, number in zip(model.parameters(), numbers.tolist(), strict=True):
        parameter.data = number
    new = sorted({model.made_up(rng) for _ in range(12)} - {"", *PLANTS})
    print(f"\nPlants that it made up: {', '.join(new)}")
    Path("out").mkdir(exist_ok=True)
    head, said = head_of(model, "hazel", 4)
    said.backward()
    draw(said, title=f'Head {head + 1} reads ".haze" and is to say "l"').save("out/gpt.svg")
    print("Picture: out/gpt.svg")


if __name__ == "__main__":
    main()
