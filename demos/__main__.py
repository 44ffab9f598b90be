"""``python -m demos`` lists the demos; ``python -m demos NAME`` runs one."""

import argparse
import importlib
import pkgutil
import sys
from io import TextIOWrapper

import demos
from viz import DiagramError


def first_line(name: str) -> str:
    """What a demo says of itself in the first line of its docstring."""
    return (importlib.import_module(f"demos.{name}").__doc__ or "").strip().partition("\n")[0]


def main() -> None:
    """Run the demo that the command line names, or list them all."""
    names = sorted(module.name for module in pkgutil.iter_modules(demos.__path__) if not module.name.startswith("_"))
    parser = argparse.ArgumentParser(prog="python -m demos", description="Run a demo, or list them all.")
    parser.add_argument("name", nargs="?", choices=names, metavar="NAME", help="the demo to run")
    name = parser.parse_args().name
    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")  # a terminal that lacks a sign shows a question mark
    if name:
        try:
            importlib.import_module(f"demos.{name}").main()
        except (OSError, DiagramError) as error:
            parser.exit(1, f"python -m demos {name}: {error}. Pictures go to out/: run it where you may write files\n")
        return
    sys.stdout.write("python -m demos NAME, where NAME is one of\n\n")
    width = max(map(len, names))
    for name in names:
        sys.stdout.write(f"  {name:<{width}}  {first_line(name)}\n")


if __name__ == "__main__":
    main()
