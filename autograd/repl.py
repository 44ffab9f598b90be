"""The prompt of ``python -m autograd``.

IPython where it is installed, else Python's own console with completion. Either way the public names of
``autograd``, ``nn`` and ``viz`` are there, a Value is shown with the state of its gradient, variables name the
Values assigned to them, ``tour()`` teaches and ``help()`` reminds.
"""

from __future__ import annotations

import code
import importlib
import importlib.util
import pydoc
import sys
import textwrap
from collections.abc import Iterator
from types import CodeType
from typing import Any

import autograd
from autograd.guided_tour import Tour
from autograd.sweep import number_of
from autograd.value import Value

__all__ = ["GUIDE", "Guide", "label_from_names", "main", "namespace", "pretty"]

BANNER = "chainrule: numbers that remember how they were computed. tour() teaches, help() reminds."

GUIDE = """\
Learn      tour()                             seven short steps, each of them checked

Build      a, b = Value(2.0), Value(-3.0)     numbers to differentiate by
           c = (a * b + 10).tanh()            any arithmetic; variables name the Values

Go back    c.backward()                       d c / d everything, by the chain rule
           a.grad, b.grad                     the answers
           c.flows_into(a)                    which flows make up a.grad: local * upstream
           for step in c.backward_steps(): print(step.node, step.gradient)

Change     a.data = 2.5                       set a leaf ...
           c.forward()                        ... and compute the graph again
           c.zero_grad()                      leaves add up over passes until this

Look       draw(c).save("c.svg")              the graph with every gradient on it
           tree(c)                            the same in this window
           explain(a, c)                      which flows make up d c / d a
           derive(c, a)                       the chain rule from c to a, written out
           diagnose(c)                        nan, infinities, kinks, leaves without influence

Functions  grad(lambda x: x**3)(2.0)          derivatives of functions of floats: 12.0
           check_grads(f, (2.0,))             is every rule in f right?

Networks   net = MLP(2, [3, 1])               neurons made of Values
           net([1.0, -2.0])

help(thing) explains one thing, for example help(Value.backward).
Functions:
{functions}
"""


class Guide:
    """``help`` at the prompt: alone it shows how to begin; ``help(thing)`` explains one thing."""

    def __repr__(self) -> str:
        return self.text()

    def __call__(self, *things: Any) -> None:
        """Print the guide, or Python's help on each of ``things``."""
        for thing in things:
            pydoc.help(thing)
        if not things:
            print(self.text())  # noqa: T201 -- printing is what help() is for

    @staticmethod
    def text() -> str:
        """The guide, with the functions there are."""
        names = sorted(name for name, thing in vars(autograd).items() if isinstance(thing, autograd.Primitive))
        return GUIDE.format(functions=textwrap.fill(", ".join(names), 80))


def namespace() -> dict[str, Any]:
    """What the prompt starts with: the public names of the three packages, ``help`` and ``tour``."""
    names: dict[str, Any] = {}
    for package in ("viz", "nn", "autograd"):
        module = importlib.import_module(package)
        names |= {package: module} | {name: getattr(module, name) for name in module.__all__}
    names |= {"help": Guide(), "math": importlib.import_module("autograd.math")}
    names["tour"] = Tour(names)
    return names


def label_from_names(names: dict[str, Any]) -> None:
    """Give each Value that has no label the name of the variable, or the place in a list, that holds it."""
    for name, thing in list(names.items()):
        if not name.startswith("_"):
            for label, value in _values_in(name, thing):
                if not value.label:
                    value.label = label


def _values_in(name: str, thing: Any) -> Iterator[tuple[str, Value]]:
    if isinstance(thing, Value):
        yield name, thing
    elif isinstance(thing, (list, tuple)):
        for i, item in enumerate(thing):
            if isinstance(item, Value):
                yield f"{name}[{i}]", item


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

    def _display(self, thing: Any) -> None:
        if thing is not None:
            self.locals["_"] = thing
            label_from_names(self.locals)
            self.write((pretty(thing) if isinstance(thing, Value) else repr(thing)) + "\n")

    def write(self, data: str) -> None:
        """Errors go to stderr as ever; what is displayed goes to stdout."""
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
    shell.events.register("post_run_cell", lambda _result: label_from_names(names))
    formatter = shell.display_formatter.formatters["text/plain"]
    formatter.for_type(Value, lambda value, printer, _cycle: printer.text(pretty(value)))
    shell()


def main() -> None:
    """Open the prompt."""
    names = namespace()
    if sys.stdin.isatty() and importlib.util.find_spec("IPython"):
        _run_ipython(names)
    else:
        _run_console(names)
