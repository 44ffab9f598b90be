"""``python -m viz``: an expression from the command line, differentiated and shown; or the playground."""

from __future__ import annotations

import argparse
import re
import sys
import webbrowser
from collections.abc import Sequence
from pathlib import Path

from autograd import AutogradError, Value
from viz._draw import draw
from viz._explain import explain
from viz._tree import tree
from viz.chain import derive
from viz.page import step_through
from viz.page.languages import LANGUAGES
from viz.parser import FUNCTIONS, ExpressionError, Reading, read_expression, read_number
from viz.playground.server import play
from viz.terminal import for_stdout, show
from viz.text import clean

__all__ = ["main"]

ENDINGS = (".svg", ".png", ".pdf", ".dot", ".html")

EXAMPLES = """\
examples:
  python -m viz "tanh(a*b + c)" a=2 b=-3 c=10
  python -m viz "z = a*b + c; L = tanh(z)" a=2 b=-3 c=6.88 -o graph.svg
  python -m viz "z = w*x; a = sigmoid(z); L = (y - a)**2" w=0.5 x=2 y=1 --derive w
  python -m viz "a*a + a*b" a=2 b=-3 --explain a
  python -m viz "sin(x)/x" x=pi/4 -o steps.html --open

`python -m viz play` opens the playground: type formulas, and see the picture as you type.

functions: {functions}
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; return 0, or 2 if it could not be done."""
    given = sys.argv[1:] if arguments is None else arguments
    if given[:1] == ["play"]:
        return _play(given[1:])
    parser = _parser()
    # What begins with a minus and goes on as a formula is one, not an option.
    asked = parser.parse_intermixed_args([each if _OPTION.fullmatch(each) else f" {each}" for each in given])
    try:
        _run(asked)
    except (AutogradError, ExpressionError) as error:
        sys.stderr.write(f"python -m viz: {error}\n")
        return 2
    return 0


_OPTION = re.compile(r"-h|-o.*|--[a-z]+(=.*)?|[^-].*|", re.DOTALL)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m viz",
        description="Differentiate an expression, and show every value and every flow of gradient.",
        epilog=EXAMPLES.format(functions=" ".join(sorted(FUNCTIONS))),
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("expression", help="such as 'tanh(a*b + c)', or 'z = a*b + c; L = tanh(z)' to name the steps")
    parser.add_argument("values", nargs="*", metavar="name=number", help="a number for each name")
    parser.add_argument("-o", "--output", metavar="FILE", help=f"write a picture: {' '.join(ENDINGS)} (step by step)")
    parser.add_argument("--open", action="store_true", help="show the written file in the browser")
    parser.add_argument("--tree", action="store_true", help="print the graph as a tree (also if nothing is asked)")
    for option, printed in (
        ("--explain", "which flows make up the gradient of NAME"),
        ("--derive", "the chain rule from the result to NAME"),
    ):
        parser.add_argument(
            option, metavar="NAME", action="append", default=[], help=f"print {printed}; may be given several times"
        )
    return parser


def _play(given: Sequence[str]) -> int:
    """``python -m viz play``: serve the playground until Ctrl-C."""
    parser = argparse.ArgumentParser(
        prog="python -m viz play",
        description="An editor in your browser beside the picture of what is typed in it, for this machine alone.",
    )
    parser.add_argument("program", nargs="?", default="", help="to begin with, such as 'a = 2; L = a*a', or a link")
    parser.add_argument(
        "--port", type=int, default=0, metavar="N", help="the port to serve at (a free one, if left out)"
    )
    parser.add_argument("--no-browser", action="store_true", help="print the address, and open nothing")
    parser.add_argument("--language", choices=sorted(LANGUAGES), default="en", help="of the page (default: en)")
    asked = parser.parse_args(given)
    try:
        with play(asked.program, port=asked.port, browser=False, language=asked.language) as playground:
            _print(playground.address)
            sys.stdout.flush()
            if not asked.no_browser and not webbrowser.open(playground.address):
                sys.stderr.write("No browser could be opened: open the address above in one.\n")
            sys.stderr.write("Ctrl-C stops the playground.\n")
            playground.wait()
    except KeyboardInterrupt:  # before it was waited for
        return 0
    except (AutogradError, ValueError) as error:
        sys.stderr.write(f"python -m viz play: {error}\n")
        return 2
    return 0


def _run(asked: argparse.Namespace) -> None:
    output = _checked_output(asked)
    reading = read_expression(asked.expression, _numbers(asked.values))
    root = reading.root
    root.backward()
    if asked.tree or not (asked.explain or asked.derive or output):
        show(tree(root))
        _print_gradients(reading)
    explained = [_named(reading, name, "--explain") for name in asked.explain]
    derived = [_named(reading, name, "--derive") for name in asked.derive]
    for value in explained:
        show(explain(value, root))
    if derived:
        _print("\n\n".join(str(derive(root, value)) for value in derived))
    if output:
        written = step_through(root, output) if output.suffix.lower() == ".html" else draw(root).save(output)
        _print(f"wrote {written}")
        if asked.open:
            webbrowser.open(written.resolve().as_uri())


def _checked_output(asked: argparse.Namespace) -> Path | None:
    """Where to write, refused before anything is computed."""
    if asked.output is None:
        if asked.open:
            raise ExpressionError("--open needs a file to show: add -o graph.svg")
        return None
    path = Path(asked.output)
    if path.suffix.lower() not in ENDINGS:
        raise ExpressionError(f"cannot write {asked.output!r}: its ending must be one of {' '.join(ENDINGS)}")
    return path


def _numbers(assignments: Sequence[str]) -> dict[str, float]:
    """``["a=2", "b=pi/4"]`` as numbers by name."""
    numbers: dict[str, float] = {}
    for assignment in assignments:
        name, equals, text = (part.strip() for part in assignment.partition("="))
        if not equals or not name.isidentifier():
            raise ExpressionError(f"{assignment[:60]!r} is not name=number: write, for example, a=2")
        if name in numbers:
            raise ExpressionError(f"{name} is given twice: {name}={numbers[name]:g} and {name}={clean(text)[:60]}")
        try:
            numbers[name] = read_number(text)
        except ExpressionError as error:
            raise ExpressionError(f"{name} must be a number: {error}") from None
    return numbers


def _named(reading: Reading, name: str, option: str) -> Value:
    value = reading.values.get(name)
    if value is None:
        known = ", ".join(reading.values) or "none: write z = ... to name one"
        raise ExpressionError(f"{option} {clean(name)[:60]}: there is no such value; there are {known}")
    return value


def _print_gradients(reading: Reading) -> None:
    """The result and its gradients with all their digits."""
    root = reading.root
    _print(f"\n{root.label or 'value'} = {root.data!r}")
    for name, value in reading.values.items():
        if value is not root and value.op is None:
            _print(f"∂{root.label}/∂{name} = {value.grad!r}")


def _print(text: str) -> None:
    sys.stdout.write(for_stdout(text) + "\n")
