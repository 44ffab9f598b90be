"""The prompt of ``python -m autograd``.

IPython where it is installed, else Python's own console with completion. Either way the public names of
``autograd``, ``nn`` and ``viz`` are there, a Value is shown with the state of its gradient, variables name the
Values assigned to them, ``tour()`` teaches and ``help()`` reminds.
"""

from __future__ import annotations

import code
import importlib
import importlib.util
import os
import pydoc
import sys
import sysconfig
import textwrap
import traceback
from collections.abc import Callable
from pathlib import Path
from types import CodeType, TracebackType
from typing import Any, NamedTuple

import autograd
from autograd.context import is_ours
from autograd.replay.compiler import Compiled
from autograd.sweep import number_of
from autograd.value import Value

__all__ = [
    "GUIDE",
    "STEPS",
    "Guide",
    "Tour",
    "TourStep",
    "Why",
    "label_from_names",
    "load",
    "main",
    "namespace",
    "pretty",
    "save",
]


BANNER = (
    f"chainrule, its engine in {autograd.engine.capitalize()}: numbers that remember how they were computed. "
    "tour() teaches, help() reminds."
)

GUIDE = (Path(__file__).parent / "prompt.txt").read_text(encoding="utf-8")
"""The text of ``help()``; its gap is for the functions there are."""


class Guide:
    """``help`` at the prompt: alone it shows how to begin; ``help(name)`` explains what is called so."""

    def __repr__(self) -> str:
        return self.text()

    def __call__(self, *subjects: Any) -> None:
        """Print the guide, or Python's help on each of ``subjects``."""
        for subject in subjects:
            pydoc.help(subject)
        if not subjects:
            print(self.text())  # noqa: T201 -- printing is what help() is for

    @staticmethod
    def text() -> str:
        """The guide, with the functions there are."""
        names = sorted(name for name, op in vars(autograd).items() if isinstance(op, autograd.Primitive))
        return GUIDE.format(functions=textwrap.fill(", ".join(names), 80))


def namespace() -> dict[str, Any]:
    """The names that the prompt starts with: the public names of the three packages, ``help`` and ``tour``."""
    names: dict[str, Any] = {}
    for package in ("viz", "nn", "autograd"):
        module = importlib.import_module(package)
        names |= {package: module} | {name: getattr(module, name) for name in module.__all__}
    names |= {name: importlib.import_module(f"autograd.{name}") for name in ("math", "linalg", "implicit")}
    names |= {"help": Guide(), "why": Why(), "save": save, "load": load}
    names["tour"] = Tour(names)
    return names


def save(model: Any, path: str | os.PathLike[str]) -> None:
    """Write a model's parameters, or a compiled function, to ``path``, for ``load`` at this prompt.

    Args:
        model: a module of ``nn``, or what ``compile`` returned.
        path: of the file.
    """
    nn = importlib.import_module("nn")
    if isinstance(model, Compiled):
        model.save(path)
    elif isinstance(model, nn.Module):
        nn.save(model, path)
    else:
        raise TypeError(f"save(model, path) takes a model or a compiled function first, not {model!r}")


def load(*given: Any, **options: Any) -> Any:
    """``load(model, path)`` sets the parameters of a model; ``load(path)`` gives the compiled function of a file.

    The file tells which of the two ``save`` wrote.
    """
    if not 1 <= len(given) <= 2:
        raise TypeError("load takes load(model, path) for a model's parameters, or load(path) for a compiled function")
    path, kind = given[-1], _kind_of_file(given[-1])
    if len(given) == 1:
        if kind == "model":
            raise TypeError(
                f"{os.fspath(path)!r} holds the parameters of a model: load(model, {os.fspath(path)!r}) sets them in a "
                f"model that is made as the saved one was"
            )
        return autograd.load(path, **options)
    if kind == "function":
        raise TypeError(
            f"{os.fspath(path)!r} holds a compiled function, not a model: load({os.fspath(path)!r}) gives it"
        )
    return importlib.import_module("nn").load(*given, **options)


def _kind_of_file(path: Any) -> str:
    """The kind of a file by its first bytes, ``model`` or ``function``; empty if unknown."""
    try:
        with open(path, "rb") as file:  # noqa: PTH123 -- what is not a path is refused by the loaders, in their words
            start = file.read(2)
    except (OSError, TypeError, ValueError):
        return ""
    return "model" if start == b"PK" else "function" if start[:1] == b"{" else ""


class Why:
    """``why()`` at the prompt prints the last error with every frame, those inside the packages too."""

    def __init__(self) -> None:
        self.text = ""

    def __call__(self) -> None:
        """Print it."""
        print(self.text or "No error yet.", end="" if self.text else "\n")  # noqa: T201 -- it is asked for

    def __repr__(self) -> str:
        return "why() prints the last error with every line of it"

    def remember(self, error: BaseException) -> int:
        """Keep the whole text of ``error``, hide the frames that are not the user's, and return how many those were."""
        self.text = "".join(traceback.format_exception(error))
        return _hide(error)


def _hide(error: BaseException) -> int:
    """Remove the packages' frames from the tracebacks of ``error`` and of those behind it; return how many.

    An error behind it in which no line of the user has a part is left out.
    """
    hidden = 0
    met: set[int] = set()
    while id(error) not in met:
        met.add(id(error))
        kept, count = _of_user(error.__traceback__)
        hidden += count
        if kept is not None:
            error.__traceback__ = kept
        behind = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
        if behind is None:
            break
        kept, count = _of_user(behind.__traceback__)
        if kept is None:
            error.__cause__ = None  # which suppresses the context too
            return hidden + count
        error = behind
    return hidden


def _of_user(frames: TracebackType | None) -> tuple[TracebackType | None, int]:
    """A traceback without the frames of the packages and of what they called; and how many were removed."""
    kept, hidden, inside = [], 0, False
    while frames is not None:
        file = frames.tb_frame.f_code.co_filename
        own = is_ours(file)
        called = inside and (file.startswith(_LIBRARIES) or (file.startswith("<") and not file.startswith(_TYPED)))
        inside = own or called
        if inside:
            hidden += 1
        else:
            kept.append(frames)
        frames = frames.tb_next
    whole = None
    for part in reversed(kept):
        whole = TracebackType(whole, part.tb_frame, part.tb_lasti, part.tb_lineno)
    return whole, hidden


_LIBRARIES = tuple(f"{sysconfig.get_path(name)}{os.sep}" for name in ("stdlib", "purelib", "platlib"))
_TYPED = ("<console>", "<stdin>", "<string>", "<ipython")
"""The files of what is typed at a prompt."""


def _told(hidden: int) -> str:
    return (
        f"({hidden} line{'s' if hidden != 1 else ''} inside chainrule not shown: why() shows all)\n" if hidden else ""
    )


def label_from_names(names: dict[str, Any]) -> None:
    """Give each Value that has no label the name of the variable, or the place in a list, that holds it."""
    for name, held in list(names.items()):
        if not name.startswith("_"):
            items = [(f"{name}[{i}]", item) for i, item in enumerate(held)] if isinstance(held, (list, tuple)) else []
            for label, value in [(name, held), *items]:
                if isinstance(value, Value) and not value.label:
                    value.label = label


def pretty(value: Value) -> str:
    """A Value on one line: label, data, gradient or "no gradient yet", and how it was made.

    >>> from autograd import Value
    >>> a = Value(2.0, "a")
    >>> pretty(a * 3)
    '6.0   no gradient yet   mul of a, 3'
    """
    gradient = f"grad {number_of(value.grad):+.6g}" if value.has_grad else "no gradient yet"
    parts = [f"{value.label} = {value.data!r}" if value.label else repr(value.data), gradient]
    if value.op:
        operands = [parent.label or f"{parent.data:.6g}" for parent in value.parents]
        operands = operands if len(operands) <= 4 else [*operands[:3], f"{len(operands) - 3} more"]
        constants = [f"{constant:g}" for constant in value.op.constants]
        parts.append(f"{value.op.name} of {', '.join(operands + constants)}")
    else:
        parts.append(value.kind)
    return "   ".join(parts)


class _Console(code.InteractiveConsole):
    """Python's own console, which names Values after each statement and shows them readably."""

    def runcode(self, compiled: CodeType) -> None:
        shown, sys.displayhook = sys.displayhook, self._display
        try:
            super().runcode(compiled)
        finally:
            sys.displayhook = shown
            label_from_names(self.locals)

    def showtraceback(self) -> None:
        """The error that was raised, by the lines that were typed; ``why()`` has them all."""
        error = sys.exc_info()[1]
        hidden = self.locals["why"].remember(error) if error and isinstance(self.locals.get("why"), Why) else 0
        super().showtraceback()
        sys.stderr.write(_told(hidden))

    def _display(self, result: Any) -> None:
        if result is not None:
            self.locals["_"] = result
            label_from_names(self.locals)
            self.write((pretty(result) if isinstance(result, Value) else repr(result)) + "\n")

    def write(self, data: str) -> None:
        """Write errors to stderr, as ever, and results to stdout."""
        stream = sys.stderr if data.startswith(("Traceback", "  File")) else sys.stdout
        stream.write(data)
        stream.flush()


def _run_console(names: dict[str, Any]) -> None:
    try:
        import readline
        import rlcompleter
    except ImportError:  # Windows has no readline; its terminal edits lines by itself
        pass
    else:
        readline.set_completer(rlcompleter.Completer(names).complete)
        readline.parse_and_bind("tab: complete")
    _Console(names).interact(banner=BANNER, exitmsg="")


def _run_ipython(names: dict[str, Any]) -> None:
    from IPython.terminal.embed import InteractiveShellEmbed  # noqa: T100 -- the prompt is the product here

    shell: Any = InteractiveShellEmbed(banner1=BANNER + "\n", user_ns=names)  # type: ignore[no-untyped-call]  # noqa: T100
    shell.set_custom_exc((Exception,), _shown_briefly)
    shell.events.register("post_run_cell", lambda _result: label_from_names(names))
    formatter = shell.display_formatter.formatters["text/plain"]
    formatter.for_type(Value, lambda value, printer, _cycle: printer.text(pretty(value)))
    shell()


def _shown_briefly(shell: Any, _kind: type, error: BaseException, _frames: Any, tb_offset: int | None = None) -> None:
    """An error at IPython's prompt, in IPython's way, without the frames of the packages."""
    why = shell.user_ns.get("why")
    hidden = why.remember(error) if isinstance(why, Why) else 0
    shell.showtraceback((type(error), error, error.__traceback__), tb_offset=tb_offset)
    sys.stderr.write(_told(hidden))


def main() -> None:
    """Open the prompt."""
    names = namespace()
    if sys.stdin.isatty() and importlib.util.find_spec("IPython"):
        _run_ipython(names)
    else:
        _run_console(names)


# --- the tour ---------------------------------------------------------------------------------------------------

Names = dict[str, Any]


class TourStep(NamedTuple):
    """One step of the tour."""

    title: str
    text: str
    code: str
    """The lines to type."""
    check: Callable[[Names], bool]
    """Whether the names at the prompt show what ``seen`` claims; any error counts as no."""
    seen: Callable[[Names], str]
    """The result that the learner should now see, in words and in numbers of the session."""
    hint: Callable[[Names], tuple[str, str]] = lambda _names: ("", "")
    """The fault, if it is known, and what to type before the lines of the step."""


def _grad(names: Names, name: str) -> float:
    return number_of(names[name].grad)


def _passes(held: float, once: float) -> int:
    """How many passes of ``once`` have added up to ``held``; 0 where something else happened."""
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
    TourStep(
        "Step through it",
        "The best view is a page: it plays both passes step by step with the arithmetic\n"
        "of each, moves leaves, descends, and asks you questions. It is one file, which\n"
        "needs no network. (draw(y).open() opens such a page in the browser at once.)",
        "page = step_through(y, 'y.html')\npage",
        lambda names: Path(names["page"]).read_text(encoding="utf-8").startswith("<!doctype html>"),
        lambda names: f"Open {names['page']} in a browser, and press the right arrow key.",
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
            self._say(textwrap.indent("\n".join(filter(None, (before, step.code))), "    "))
            return False
        self._say(f"✓ {step.seen(self._names)}\n")
        self._at, self._shown = self._at + 1, False
        return True

    def _show(self) -> None:
        if self._at == len(STEPS):
            self._say(
                "That was the tour. Next: play() to type formulas in a browser, quiz(y) to be\n"
                "asked, help() for the rest; python -m demos, in a shell, has longer examples.\n"
                "tour(1) begins again."
            )
            return
        step = STEPS[self._at]
        self._say(
            f"{self._at + 1} of {len(STEPS)}: {step.title}\n{step.text}\n\n{textwrap.indent(step.code, '    ')}\n"
        )
        self._say("Type these lines, then tour(). (tour.run() types them for you.)")
        self._shown = True

    def __repr__(self) -> str:
        return f"the tour, at step {min(self._at + 1, len(STEPS))} of {len(STEPS)}: call tour()"


def _hint(step: TourStep, names: Names) -> tuple[str, str]:
    """The fault, on a line of its own, and what to type first; both empty if unknown."""
    try:
        what, before = step.hint(names)
    except Exception:  # noqa: BLE001 -- names that are something else
        return "", ""
    return (f"\n{what}\n" if what else ""), before
