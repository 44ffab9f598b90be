"""``python -m demos`` lists the demos; ``python -m demos NAME`` runs one."""

import argparse
import importlib
import pkgutil
import sys
import textwrap
from io import TextIOWrapper

import demos
from viz import DiagramError

GROUPS = {
    "Notes on backpropagation, scalar and matrix": "two_flows guided_notes any_depth any_parameter columns slips",
    "Learning by mistake": "mistakes quiz",
    "Ordinary Python, differentiated": "greeks plain_math pendulum curve_fit solvers kalman",
    "Networks that learn": "moons iris breast_cancer digits gpt sharded",
}
WIDTH = 80


def listing() -> str:
    """Every demo under its heading, with what it says of itself in the first line of its docstring."""
    lines = ["python -m demos NAME, where NAME is one of"]
    for heading, names in GROUPS.items():
        lines += ["", heading]
        for name in names.split():
            first = (importlib.import_module(f"demos.{name}").__doc__ or "").strip().partition("\n")[0]
            lines += textwrap.wrap(first, WIDTH, initial_indent=f"  {name:<15}", subsequent_indent=" " * 17)
    return "\n".join(
        [*lines, "", "They print, and write pictures to out/. Each tells you if a package is missing.", ""]
    )


def main() -> None:
    """Run the demo that the command line names, or list them all."""
    names = sorted(module.name for module in pkgutil.iter_modules(demos.__path__) if not module.name.startswith("_"))
    parser = argparse.ArgumentParser(prog="python -m demos", description="Run a demo, or list them all.")
    parser.add_argument("name", nargs="?", choices=names, metavar="NAME", help="the demo to run")
    name = parser.parse_args().name
    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")  # a terminal that lacks a sign shows a question mark
    if not name:
        sys.stdout.write(listing())
        return
    try:
        importlib.import_module(f"demos.{name}").main()
    except (OSError, DiagramError) as error:
        parser.exit(1, f"python -m demos {name}: {error}. Pictures go to out/: run it where you may write files\n")
    except KeyboardInterrupt:
        parser.exit(130, "\n")


if __name__ == "__main__":
    main()
