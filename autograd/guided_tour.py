"""A guided tour at the prompt: seven short steps, each typed by the learner and checked against what is there."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

from autograd.sweep import number_of
from autograd.value import Value

__all__ = ["STEPS", "Tour", "TourStep"]

Names = dict[str, Any]


class TourStep(NamedTuple):
    """One step of the tour."""

    title: str
    text: str
    code: str
    """What to type, line by line."""
    check: Callable[[Names], bool]
    """Whether the names at the prompt show what ``seen`` claims. May fail with any error, which counts as no."""
    seen: Callable[[Names], str]
    """What the learner should now see, in words and in numbers of the session."""
    hint: Callable[[Names], tuple[str, str]] = lambda _names: ("", "")
    """What went wrong, where that can be told, and what to type before the lines of the step."""


def _grad(names: Names, name: str) -> float:
    return number_of(names[name].grad)


def _passes(held: float, once: float) -> int:
    """How many passes of ``once`` have added up to ``held``; 0 where that is not what happened."""
    times = held / once if once else 0.0
    return int(times) if times == int(times) else 0


def _added_up(root: str, leaf: str, once: Callable[[Names], float]) -> Callable[[Names], tuple[str, str]]:
    """The hint where several passes from ``root`` have added up on ``leaf``, each of them ``once``."""

    def hint(names: Names) -> tuple[str, str]:
        held = _grad(names, leaf)
        passes = _passes(held, once(names))
        if passes < 2:
            return "", ""
        number = {2: "two", 3: "three"}.get(passes, str(passes))
        return f"{leaf}.grad is {held:g}: {number} passes added up. {root}.zero_grad() first.", f"{root}.zero_grad()"

    return hint


def _slope(names: Names) -> float:
    """d y / d x of y = x·x + x."""
    return 2 * float(names["x"].data) + 1


def _is_first(names: Names) -> bool:
    product, ten = sorted(names["c"].parents, key=lambda parent: not parent.parents)
    factors = {names["a"], names["b"]}
    return (
        set(product.parents) == factors and product.op.name == "mul" and ten.data == 10 and names["c"].op.name == "add"
    )


def _too_many_or_few(names: Names) -> tuple[str, str]:
    passes = _passes(names["twice"], _slope(names))
    if passes in (0, 2):
        return "", ""
    held = f"twice is {names['twice']:g}, the gradient of {passes} pass{'' if passes == 1 else 'es'}, not of two."
    return f"{held} Begin again from none.", "y.zero_grad()\ny.backward()"


def _out_of_date(names: Names) -> tuple[str, str]:
    x, y = names["x"].data, names["y"].data
    if y != x * x + x:
        return f"y is {y:g}, still that of the old x: y.forward() computes it again.", ""
    if _grad(names, "x") != _slope(names) and names["x"].has_grad:
        return f"x.grad is {_grad(names, 'x'):g}: it holds an earlier pass too. y.zero_grad() first.", "y.zero_grad()"
    return "", ""


STEPS = (
    TourStep(
        "A number that remembers",
        "A Value is one number that knows how it was computed. Ordinary arithmetic\nbuilds a graph.",
        "a = Value(2.0)\nb = Value(-3.0)\nc = a * b + 10",
        lambda names: bool(names["c"].data == names["a"].data * names["b"].data + 10) and _is_first(names),
        lambda names: f"c is {names['c'].data:g}, made by adding a·b and 10, its parents.",
    ),
    TourStep(
        "Back along the graph",
        "backward() goes from c back to what it was made of, with the chain rule at\n"
        "each node: d c/d a is b, and d c/d b is a.",
        "c.backward()\na.grad, b.grad",
        lambda names: _grad(names, "a") == names["b"].data and _grad(names, "b") == names["a"].data,
        lambda names: f"a.grad is {_grad(names, 'a'):g}, which is b; b.grad is {_grad(names, 'b'):g}, which is a.",
        _added_up("c", "a", lambda names: names["b"].data),
    ),
    TourStep(
        "Flows add up",
        "x is used three times here, so three flows of gradient come back to it. They\nadd up: 2x + 1.",
        "x = Value(3.0)\ny = x * x + x\ny.backward()\ny.flows_into(x)",
        lambda names: _grad(names, "x") == _slope(names) and len(names["y"].flows_into(names["x"])) == 3,
        lambda names: (
            " + ".join(f"{flow.contribution:g}" for flow in names["y"].flows_into(names["x"]))
            + f" = {_grad(names, 'x'):g}, one term for each use of x."
        ),
        _added_up("y", "x", _slope),
    ),
    TourStep(
        "Leaves accumulate",
        "A leaf is a number that was not computed, such as x. A second pass adds to\n"
        "its gradient, until zero_grad() clears it. Forgetting that is the most common\n"
        "mistake in training.",
        "y.backward()\ntwice = x.grad\ntwice\ny.zero_grad()",
        lambda names: isinstance(names["y"], Value) and names["twice"] == 2 * _slope(names) and not names["x"].has_grad,
        lambda names: (
            f"After the second pass x.grad was {names['twice']:g}, twice {_slope(names):g}; now there is no gradient."
        ),
        _too_many_or_few,
    ),
    TourStep(
        "Change a leaf",
        "The graph stays. Set a leaf, compute forward again, then back. A graph that\nis out of date says so.",
        "x.data = 5.0\ny.forward()\ny.backward()\nx.grad",
        lambda names: names["x"].data == 5.0 and names["y"].data == 30.0 and _grad(names, "x") == 11.0,
        lambda names: f"y is {names['y'].data:g}, and x.grad is 2·5 + 1 = {_grad(names, 'x'):g}.",
        _out_of_date,
    ),
    TourStep(
        "A net learns",
        "A net is Values too. One step of gradient descent: every parameter moves\n"
        "against its gradient, and the loss falls.",
        "net = MLP(2, [2, 1], activation='tanh', rng=3)\n"
        "loss = half_squared_error(net([1.0, -2.0]), 0.5)\n"
        "before = loss.data\n"
        "loss.backward()\n"
        "for p in net.parameters(): p.data -= 0.1 * p.grad\n"
        "loss.forward()",
        lambda names: names["loss"].data < names["before"],
        lambda names: f"The loss fell from {names['before']:.4f} to {names['loss'].data:.4f}.",
    ),
    TourStep(
        "See every gradient",
        "explain() writes out each flow into a node; draw() draws the graph; tree()\nprints it.",
        "loss.zero_grad()\nloss.backward()\nw = net.layers[0].neurons[0].w[0]\nprint(explain(w, loss))\n"
        "drawing = draw(loss)\ndrawing.save('loss.svg')",
        lambda names: names["w"].has_grad and names["drawing"].svg == Path("loss.svg").read_text(encoding="utf-8"),
        lambda _names: "loss.svg holds the graph with every gradient on it: open it in a browser.",
    ),
)


class Tour:
    """``tour()`` at the prompt shows a step; typed and called again, it checks the step and shows the next.

    ``tour.run()`` types a step for you, line by line; ``tour(3)`` goes to step 3.

    Args:
        names: those at the prompt.
        say: prints a text.
    """

    def __init__(self, names: Names, say: Callable[[str], object] = print) -> None:
        self._names = names
        self._say = say
        self._at = 0
        self._shown = False

    def __call__(self, step: int | None = None) -> None:
        """Check the step that was shown, and show the next; or go to ``step``, counted from 1."""
        if step is not None:
            if not isinstance(step, int) or not 1 <= step <= len(STEPS):
                raise ValueError(f"the tour has the steps 1 to {len(STEPS)}, not {step!r}")
            self._at, self._shown = step - 1, False
        elif self._shown and not self._passed():
            return
        self._show()

    def run(self) -> None:
        """Type the step that is shown, line by line with what each line gives; then check it and show the next."""
        if not self._shown:
            self._show()
        if self._at < len(STEPS):
            for line in STEPS[self._at].code.splitlines():
                self._say(f">>> {line}")
                exec(compile(f"{line}\n", "<tour>", "single"), self._names)  # noqa: S102 -- the tour's own lines
            self._say("")
            self()

    def _passed(self) -> bool:
        step, missing = STEPS[self._at], ""
        try:
            done = step.check(self._names)
        except KeyError as error:
            done, missing = False, f" There is no {error.args[0]} yet."
        except Exception:  # noqa: BLE001 -- names that are something else
            done = False
        if not done:
            what, before = _hint(step, self._names)
            self._say(f"Not yet: step {self._at + 1} is still to do.{missing or what} Type these lines, then tour():\n")
            self._say(_indented("\n".join(filter(None, (before, step.code)))))
            return False
        self._say(f"✓ {step.seen(self._names)}\n")
        self._at, self._shown = self._at + 1, False
        return True

    def _show(self) -> None:
        if self._at == len(STEPS):
            self._say(
                "That was the tour. help() lists the rest; for longer examples run\n"
                "python -m demos in a shell. tour(1) begins again."
            )
            return
        step = STEPS[self._at]
        self._say(f"{self._at + 1} of {len(STEPS)}: {step.title}\n{step.text}\n\n{_indented(step.code)}\n")
        self._say("Type these lines, then tour(). (tour.run() types them for you.)")
        self._shown = True

    def __repr__(self) -> str:
        return f"the tour, at step {min(self._at + 1, len(STEPS))} of {len(STEPS)}: call tour()"


def _hint(step: TourStep, names: Names) -> tuple[str, str]:
    """What went wrong, on a line of its own, and what to type first; both empty where that cannot be told."""
    try:
        what, before = step.hint(names)
    except Exception:  # noqa: BLE001 -- names that are something else
        return "", ""
    return (f"\n{what}\n" if what else ""), before


def _indented(code: str) -> str:
    return "\n".join(f"    {line}" for line in code.splitlines())
