"""The names that follow from the table of operations, written down for type checkers and editors.

    python -m tests.stubs

writes ``autograd/_methods.pyi``, the methods that a Value has for the operations, and ``autograd/_math_functions.pyi``,
the functions of :mod:`autograd.math` that are operations. A test compares them with the table.
"""

from __future__ import annotations

import inspect
import sys
from pathlib import Path

from autograd import Value, math, rules
from autograd.primitives import PRIMITIVES, Primitive

ROOT = Path(__file__).parent.parent
HEAD = "# Written by python -m tests.stubs from the table of operations.\n\n"


def parameters(op: Primitive) -> str:
    """The parameters of a method after ``self``."""
    if not op.captures:
        return ", other: Any, /" if op.arity == 2 else ""
    names = [*inspect.signature(op.captured or op.forward).parameters][-1 - op.captures : -1]
    defaults = [f" = {default}" for default in op.defaults]
    missing = [""] * (op.captures - len(defaults))
    return "".join(f", {name}: float{default}" for name, default in zip(names, missing + defaults, strict=True))


def methods() -> str:
    """The stub of the methods of a Value."""
    ops = [PRIMITIVES[name] for name in sorted(rules.__all__) if name in PRIMITIVES and name in vars(Value)]
    lines = [f"    def {op.name}(self{parameters(op)}) -> Value: ...\n" for op in ops]
    head = "from typing import Any\n\nfrom autograd.value import Value\n\nclass Methods:\n    __slots__ = ()\n"
    return HEAD + head + "".join(lines)


def functions() -> str:
    """The stub of the functions that are operations of the same name."""
    ops = [PRIMITIVES[name] for name in math.__all__ if isinstance(vars(rules).get(name), Primitive)]
    lines = [f"def {op.name}({', '.join('xyz'[: op.arity])}: Any, /) -> Any: ...\n" for op in ops]
    return HEAD + "from typing import Any\n\n" + "".join(lines).replace("x, y: Any", "x: Any, y: Any")


STUBS = {"_methods.pyi": methods, "_math_functions.pyi": functions}


def main() -> int:
    """Write the stubs."""
    for name, content in STUBS.items():
        (ROOT / "autograd" / name).write_text(content(), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
