"""A guided tour at the prompt: seven short steps, each typed by the learner and checked against what is there."""

from __future__ import annotations

from collections.abc import Callable
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
    """Whether the names at the prompt show that it was done. May fail with any error, which counts as no."""
    seen: Callable[[Names], str]
    """What the learner should now see, in words and in numbers of the session."""


def _grad(names: Names, name: str) -> float:
    return number_of(names[name].grad)


STEPS = (
    TourStep(
        "A number that remembers",
        "A Value is one number that knows how it was computed. Ordinary arithmetic\nbuilds a graph.",
        "a = Value(2.0)\nb = Value(-3.0)\nc = a * b + 10",
        lambda names: bool(names["c"].data == names["a"].data * names["b"].data + 10) and bool(names["c"].parents),
        lambda names: f"c is {names['c'].data:g}, made by an {names['c'].op.name} whose parents are a·b and 10.",
    ),
    TourStep(
        "Back along the graph",
        "backward() goes from c back to what it was made of, with the chain rule at\n"
        "each node: d c/d a is b, and d c/d b is a.",
        "c.backward()\na.grad, b.grad",
        lambda names: _grad(names, "a") == names["b"].data and _grad(names, "b") == names["a"].data,
        lambda names: f"a.grad is {_grad(names, 'a'):g}, which is b; b.grad is {_grad(names, 'b'):g}, which is a.",
    ),
    TourStep(
        "Flows add up",
        "x is used three times here, so three flows of gradient come back to it. They\nadd up: 2x + 1.",
        "x = Value(3.0)\ny = x * x + x\ny.backward()\ny.flows_into(x)",
        lambda names: _grad(names, "x") == 2 * names["x"].data + 1,
        lambda names: (
            " + ".join(f"{flow.contribution:g}" for flow in names["y"].flows_into(names["x"]))
            + f" = {_grad(names, 'x'):g}, one term for each use of x."
        ),
    ),
    TourStep(
        "Leaves accumulate",
        "A leaf is a number that was not computed, such as x. A second pass adds to\n"
        "its gradient, until zero_grad() clears it. Forgetting that is the most common\n"
        "mistake in training.",
        "y.backward()\nx.grad\ny.zero_grad()",
        lambda names: isinstance(names["y"], Value) and not names["x"].has_grad,
        lambda _names: "After the second pass x.grad was 14, twice 7; now there is no gradient.",
    ),
    TourStep(
        "Change a leaf",
        "The graph stays. Set a leaf, compute forward again, then back. A graph that\nis out of date says so.",
        "x.data = 5.0\ny.forward()\ny.backward()\nx.grad",
        lambda names: names["x"].data == 5.0 and _grad(names, "x") == 11.0,
        lambda names: f"y is {names['y'].data:g}, and x.grad is 2·5 + 1 = {_grad(names, 'x'):g}.",
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
        lambda names: names["w"].has_grad and "<svg" in names["drawing"].svg,
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
            self._say(f"Not yet: step {self._at + 1} is still to do.{missing} Type these lines, then tour():\n")
            self._say(_indented(step.code))
            return False
        self._say(f"✓ {step.seen(self._names)}\n")
        self._at, self._shown = self._at + 1, False
        return True

    def _show(self) -> None:
        if self._at == len(STEPS):
            self._say(
                "That was the tour. help() lists the rest; python -m demos, from the shell, has\n"
                "longer stories. tour(1) begins again."
            )
            return
        step = STEPS[self._at]
        self._say(f"{self._at + 1} of {len(STEPS)}: {step.title}\n{step.text}\n\n{_indented(step.code)}\n")
        self._say("Type these lines (or tour.run() to have them typed), then tour().")
        self._shown = True

    def __repr__(self) -> str:
        return f"the tour, at step {min(self._at + 1, len(STEPS))} of {len(STEPS)}: call tour()"


def _indented(code: str) -> str:
    return "\n".join(f"    {line}" for line in code.splitlines())
