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
from collections.abc import Iterator
from pathlib import Path
from types import CodeType, TracebackType
from typing import Any

import autograd
from autograd.guided_tour import Tour
from autograd.replay.compiler import Compiled
from autograd.sweep import number_of
from autograd.value import Value

__all__ = ["GUIDE", "Guide", "Why", "label_from_names", "load", "main", "namespace", "pretty", "save"]

BANNER = "chainrule: numbers that remember how they were computed. tour() teaches, help() reminds."

GUIDE = """\
Learn      tour()                             seven short steps, each of them checked

Build      a, b = Value(2.0), Value(-3.0)     numbers to differentiate with respect to
           c = (a * b + 10).tanh()            any arithmetic; variables name the Values

Go back    c.backward()                       d c / d everything, by the chain rule
           a.grad, b.grad                     the answers
           c.flows_into(a)                    which flows make up a.grad: local * upstream
           for step in c.backward_steps(): print(step.node, step.gradient)

Change     a.data = 2.5                       set a leaf ...
           c.forward()                        ... and compute the graph again
           c.zero_grad()                      leaves add up over passes until this

Look       draw(c).save("c.svg")              the graph with every gradient on it
           step_through(c, "c.html")          the same in a browser, step by step
           tree(c)                            the same in this window
           explain(a, c)                      which flows make up d c / d a
           derive(c, a)                       the chain rule from c to a, written out
           diagnose(c)                        nan, infinities, kinks, leaves without influence

Functions  grad(lambda x: x**3)(2.0)          derivatives of functions of floats: 12.0
           check_grads(f, (2.0,))             is every rule in f right?

Networks   net = MLP(2, [3, 1])               neurons made of Values
           net([1.0, -2.0])

Files      save(net, "net.npz")               its parameters; save(f, "f.json") a compiled f
           load(net, "net.npz")               into a net made alike; load("f.json") gives f

Errors     why()                              the last error, with the lines inside chainrule

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
    names |= {name: importlib.import_module(f"autograd.{name}") for name in ("math", "linalg", "implicit")}
    names |= {"help": Guide(), "why": Why(), "save": save, "load": load}
    names["tour"] = Tour(names)
    return names


def save(thing: Any, path: str | os.PathLike[str]) -> None:
    """Write a model's parameters, or a compiled function, to ``path``, for ``load`` at this prompt.

    Args:
        thing: a module of ``nn``, or what ``compile`` returned.
        path: of the file.
    """
    nn = importlib.import_module("nn")
    if isinstance(thing, Compiled):
        thing.save(path)
    elif isinstance(thing, nn.Module):
        nn.save(thing, path)
    else:
        raise TypeError(f"save(thing, path) takes a model or a compiled function first, not {thing!r}")


def load(*given: Any, **options: Any) -> Any:
    """``load(model, path)`` sets the parameters of a model; ``load(path)`` gives the compiled function of a file.

    What is in the file decides: ``save`` wrote either a model's parameters or a compiled function.
    """
    if not 1 <= len(given) <= 2:
        raise TypeError("load takes load(model, path) for a model's parameters, or load(path) for a compiled function")
    path = given[-1]
    kind = _kind_of_file(path)
    if len(given) == 1 and kind == "model":
        raise TypeError(
            f"{os.fspath(path)!r} holds the parameters of a model: load(model, {os.fspath(path)!r}) sets them in a "
            f"model that is made as the saved one was"
        )
    if len(given) == 2 and kind == "function":
        raise TypeError(
            f"{os.fspath(path)!r} holds a compiled function, not a model: load({os.fspath(path)!r}) gives it"
        )
    return importlib.import_module("nn").load(*given, **options) if len(given) == 2 else autograd.load(path, **options)


def _kind_of_file(path: Any) -> str:
    """What a file holds by its first bytes, ``model`` or ``function``; empty where that cannot be told."""
    try:
        with open(path, "rb") as file:  # noqa: PTH123 -- whatever is no path is refused by the loaders, in their words
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
        """Keep the whole text of ``error``, and leave of its frames those of the user; how many were hidden."""
        self.text = "".join(traceback.format_exception(error))
        return _hide(error)


def _hide(error: BaseException) -> int:
    """Take the frames of the packages out of the tracebacks of ``error`` and of those behind it; how many.

    An error behind it that none of the user's lines raised is left out.
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
    """A traceback without the frames of the packages and of what they called; and how many those were."""
    kept, hidden, inside = [], 0, False
    while frames is not None:
        file = frames.tb_frame.f_code.co_filename
        own = file.startswith(_OWN)
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


_HOME = Path(autograd.__file__).parent.parent
_OWN = tuple(f"{_HOME / package}{os.sep}" for package in ("autograd", "nn", "viz"))
_LIBRARIES = tuple(f"{sysconfig.get_path(name)}{os.sep}" for name in ("stdlib", "purelib", "platlib"))
_TYPED = ("<console>", "<stdin>", "<string>", "<ipython")
"""The files of what is typed at a prompt."""


def _told(hidden: int) -> str:
    return (
        f"({hidden} line{'s' if hidden != 1 else ''} inside chainrule not shown: why() shows all)\n" if hidden else ""
    )


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

    def showtraceback(self) -> None:
        """The error that was raised, by the lines that were typed; ``why()`` has them all."""
        error = sys.exc_info()[1]
        hidden = self.locals["why"].remember(error) if error and isinstance(self.locals.get("why"), Why) else 0
        super().showtraceback()
        sys.stderr.write(_told(hidden))

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
