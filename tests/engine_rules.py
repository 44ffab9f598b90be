"""The operations of the compiled engine, written from the records of the table.

    python -m tests.engine_rules

writes ``autograd/_rules.h``: for each operation of one to three numbers its value and its local gradients in C. The
value is the record's ``forward``, by the one lowering that the other languages use; the gradients are the record's
``partials`` as they compute on Values. Both tell where Python's would raise, and there the engine asks the record.
"""

from __future__ import annotations

import math
import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from autograd import Value, compiled
from autograd.errors import AutogradError
from autograd.primitives import PRIMITIVES, Primitive
from autograd.replay.backends.c_source import Body, CFunctions
from autograd.replay.intermediate import ARITHMETIC, ELEMENTARY, Unsupported
from autograd.replay.recorder import run_recorded, tape_of
from autograd.replay.tape import Tape
from autograd.value import Constant

HEADER = Path(compiled.__file__).parent / "_rules.h"
_OWN_ALGORITHMS = re.compile(r"\b(lgamma|tgamma|hypot|fsum|exact_sum|ag_hypot|ag_lgamma|ag_gamma)\(")
"""Functions that Python computes by algorithms of its own: their last bits are not those of the C library."""


class Form(NamedTuple):
    """An operation in C."""

    name: str
    operands: int
    constants: int
    fixed: float
    """The one constant that the gradients are written for; nan if they take any."""
    value: list[str]
    partials: list[str] | None
    """The lines of the two functions; without the second the record is asked for its gradients."""

    def called(self, part: str) -> str:
        """The name in C of one of the two functions."""
        fixed = "" if self.fixed != self.fixed else f"_{self.fixed:g}".replace("-", "minus_").replace(".", "_")
        return f"{part}_{self.name}" + (f"_{self.constants}{fixed}" if part == "partials" and self.constants else "")


_POWERS = (-2.0, -1.0, 0.5, 2.0, 3.0, 4.0)
"""The exponents whose gradients are written one by one: the rule asks what kind of number an exponent is."""


def forms(functions: CFunctions) -> Iterator[Form]:
    """Each operation that has a value in C; with its trailing arguments as operands, and with them as constants."""
    for op in PRIMITIVES.values():
        if not op.builtin or op.arity is None:
            continue
        value = _text(functions, lambda f, op=op: _value(f, op))
        for constants in sorted({0, op.captures}):
            rule = op.captured if constants else op.partials
            if value is None or rule is None:
                continue
            partials = _text(functions, lambda f, op=op, rule=rule: _partials(f, rule, op.arity))
            operands = op.arity - constants
            for fixed in _POWERS if op.name == "pow" and constants else ():
                written = _text(functions, lambda f, op=op, fixed=fixed: _partials(f, op.capture(fixed).partials, 1, 2))
                yield Form(op.name, operands, constants, fixed, value, written)
            yield Form(op.name, operands, constants, math.nan, value, partials)


def _text(functions: CFunctions, write: Callable[[CFunctions], list[str]]) -> list[str] | None:
    """The lines that ``write`` gives; None where something is not translated, or has another algorithm in Python."""
    tried = CFunctions()
    try:
        lines = write(tried)
    except (AttributeError, AutogradError, LookupError, NotImplementedError, TypeError, Unsupported):
        return None
    if _OWN_ALGORITHMS.search("\n".join([*tried.texts, *lines])):
        return None
    return write(functions)


def _applied(functions: CFunctions, op: Primitive, given: list[str]) -> str:
    """The value of ``op`` on numbers in C, which tells where Python raises."""
    form = ARITHMETIC.get(op.forward)
    if form:
        if "/" in form:
            given = [given[0], f"{functions.runtime('ag_divisor')}({given[1]}, &raised)"]
        return form.format(*given)
    base: Any = op.base or op
    given = [*given, *map(Body.number, op.constants)]
    name, module = (getattr(base.forward, key, "") for key in ("__name__", "__module__"))
    if module == "math" and not ELEMENTARY[name].raises:
        return f"{name}({', '.join(given)})"
    if module == "math":
        called = functions.runtime(f"ag_{name}")
    else:
        called = functions.function(functions.lowering.operation(base.forward, len(given), base.name), checked=True)
    return f"{called}({', '.join([*given, '&raised'])})"


def _value(functions: CFunctions, op: Primitive) -> list[str]:
    given = [f"x[{place}]" for place in range(op.arity or 0)]
    return ["int raised = 0;", f"*value = {_applied(functions, op, given)};", "return raised;"]


def _partials(functions: CFunctions, rule: Any, count: int, output: int | None = None) -> list[str]:
    """The lines of the local gradients: ``rule`` takes ``count`` numbers and the output, which stands last."""
    tape = recorded(rule, count)
    names = [*(f"x[{place}]" for place in range(count)), f"x[{output or count}]"]
    names += [*map(Body.number, tape.constants.tolist())]
    names += [f"t{slot}" for slot in range(tape.n_before, tape.n_slots)]
    lines = ["int raised = 0;"]
    for relation, left, right, outcome, *_ in tape.guards:
        if max(left, right) >= tape.n_before:
            raise Unsupported("it compares what it computed")
        holds = f"{names[left]} {relation} {names[right]}"
        lines.append(f"if ({f'!({holds})' if outcome else holds}) return 1;")
    for op, args, dest, _ in tape.instructions():
        lines.append(f"const double {names[dest]} = {_applied(functions, op, [names[arg] for arg in args])};")
    lines += [f"d[{place}] = {names[slot]};" for place, slot in enumerate(tape.outputs.tolist())]
    return [*lines, "return raised;"]


def recorded(rule: Callable[..., Any], count: int) -> Tape:
    """Local gradients as a tape: of the inputs, the constants among them, and the output."""
    given = [Value(0.5) for _ in range(count + 1)]
    found, comparisons = run_recorded(lambda: rule(*given))
    roots = [one if isinstance(one, Value) else Constant(one) for one in found]
    return tape_of(roots, given, comparisons).tape


def header() -> str:
    """The text of ``_rules.h``."""
    functions = CFunctions()
    rows: list[str] = []
    bodies: dict[str, str] = {}
    for form in forms(functions):
        names = {"value": "0", "partials": "0"}
        for part, lines, into in (("value", form.value, "*value"), ("partials", form.partials, "*d")):
            if lines:
                name = names[part] = form.called(part)
                bodies[name] = _function(f"static int {name}(const double *x, double {into})", lines)
        fixed = Body.number(form.fixed)
        rows.append(
            f'    {{"{form.name}", {form.operands}, {form.constants}, {fixed}, {names["value"]}, {names["partials"]}}},'
        )
    return "\n".join(
        [_HEAD.format(digest=compiled.digest()), *functions.prototypes, "",
         "\n\n".join([*functions.texts, *bodies.values()]), "", "static const Rule RULES[] = {", *rows, "};", ""]
    )  # fmt: skip


def _function(head: str, lines: list[str]) -> str:
    return "\n".join([head, "{", *(f"    {line}" for line in lines), "}"])


_HEAD = """\
/* Written by python -m tests.engine_rules from the records in autograd/rules: not to be edited.

   A value and its local gradients are computed from x, the operands and then the constants; for the gradients the
   output stands last. Each function returns 0, or another number where Python's would raise. */
#define TABLE_DIGEST "{digest}"
"""


def main() -> int:
    """Write the header."""
    HEADER.write_text(header(), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
