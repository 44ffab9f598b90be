"""The operations of the lane kernel in C, written from the records of the table.

    python -m tests.lane_rules

writes ``autograd/_lanes_rules.h``: for each operation a loop over lanes. What is in the loop is the record's
``forward``, by the one lowering that the other languages use, in IEEE arithmetic: nothing raises. The exponentials and
logarithms in it are those of :mod:`autograd.replay.backends.lane_functions`.

A *straight* function calls nothing but straight functions and has no loop: the compiler turns a loop over lanes of it
into vector instructions, for each set of them. Others are compiled once.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar

from autograd import compiled
from autograd.replay import intermediate as ir
from autograd.replay.backends import lane_functions
from autograd.replay.backends.c_lanes import OPERATIONS
from autograd.replay.backends.c_source import Body, CFunctions
from autograd.replay.lowering import Lowering
from autograd.rules.errorfree import polynomial, rest_of_product

HEADER = Path(compiled.__file__).parent / "_lanes_rules.h"

_IN_C = {
    rest_of_product: "rest_of_product",
    **{function: function.__name__.strip("_") for function in lane_functions.ON_BITS},
}
"""The functions that the kernel has in words of its own, with their names there."""
_IN_LANES = {function.__name__: straight for function, straight in lane_functions.IN_LANES.items()}
_FREE = {"copysign", "fabs", "sqrt", "isnan", "isinf", "isfinite", "rest_of_product", "multiply_add", "if", "return"}
_FREE |= {*_IN_C.values(), "chosen_of", "masked_of", "floor", "ceil", "trunc"}
"""What may be called in a loop that is to become vector instructions."""


class _Lowering(Lowering):
    """Leaves out the functions that the kernel has, and remembers which may be rounded once for a product and a sum."""

    def __init__(self) -> None:
        super().__init__()
        self.known: dict[ir.Function, str] = {}
        self.contracted: set[ir.Function] = set()

    def function(self, function: Any, arguments: Any) -> ir.Function | None:
        """``function`` in the intermediate form, or its name and parameters alone."""
        if function in _IN_C:
            if function not in self._made:
                made = self._made[function] = ir.Function(_IN_C[function], (), [ir.Return(ir.Constant(0.0))])
                self.known[made] = _IN_C[function]
            return self._made[function]
        made = super().function(function, arguments)
        if made and (function is polynomial or function.__module__ == lane_functions.__name__):
            self.contracted.add(made)
        return made


def _is_straight(function: ir.Function, inside: frozenset[ir.Function] = frozenset()) -> bool:
    """Whether it has no loop and no error, and calls nothing but what is straight."""
    parts = [*ir._all_parts(function.body)]
    calling = {*ir.ELEMENTARY, "**", "//", "%"} - _FREE - _IN_LANES.keys()
    called = {part.function for part in parts if isinstance(part, ir.Call)}
    return (
        function not in inside
        and all(isinstance(one, (ir.Assign, ir.If, ir.Return)) for one in ir._statements(function.body))
        and calling.isdisjoint(part.name for part in parts if isinstance(part, ir.Apply))
        and all(_is_straight(one, inside | {function}) for one in called)
    )


class _Body(Body):
    """Writes one function with the straight exponentials and logarithms.

    In a straight function both sides of a choice are computed, and one is taken: the compiler is left no ways that part
    and meet, of which it would make many conditions for each lane.
    """

    forms: ClassVar[Mapping[str, str]] = Body.forms | {"number": "({0} ? 1.0 : 0.0)"}
    _choices = 0

    def block(self, block: Sequence[ir.Statement]) -> Iterator[str]:
        """The lines of ``block``."""
        return self._flat(block) if _is_straight(self._function) else super().block(block)

    def _flat(self, block: Sequence[ir.Statement], result: str = "return") -> Iterator[str]:
        """The lines of ``block``, with its result after ``result``."""
        for statement in block:
            match statement:
                case ir.Assign(name, value):
                    yield f"{name} = {self.text(value)};"
                case ir.Return(value):
                    yield f"{result} {self.text(value)};"
                case ir.If(test, body, orelse):
                    self._choices += 1
                    number = self._choices
                    yield f"const int choice_of_{number} = {self.text(test)};"
                    if ir.ends(body):
                        yield f"double one_of_{number}, other_of_{number};"
                        yield from self._flat(body, f"one_of_{number} =")
                        yield from self._flat(orelse, f"other_of_{number} =")
                        taken = "masked_of" if any(isinstance(one, ir.If) for one in orelse) else "chosen_of"
                        yield f"{result} {taken}(choice_of_{number}, one_of_{number}, other_of_{number});"
                        continue
                    meeting = [name for name in ir.left_by(statement) if name in self._read]
                    yield from (f"double one_of_{number}_{name};" for name in meeting)
                    yield from self._flat(body)
                    yield from (f"one_of_{number}_{name} = {name};" for name in meeting)
                    yield from self._flat(orelse)
                    yield from (
                        f"{name} = chosen_of(choice_of_{number}, one_of_{number}_{name}, {name});" for name in meeting
                    )

    def applied(self, expression: ir.Apply) -> str:
        """An operator or an elementary function."""
        if expression.name in _IN_LANES:
            straight = self._functions.lowering.operation(_IN_LANES[expression.name], 1)
            return self.called(straight, expression.args)
        if expression.name == "select" and _is_straight(self._function):
            return f"chosen_of({', '.join(map(self.text, expression.args))})"
        if self._function in self._functions.lowering.contracted and expression.name in "+-":
            left, right = expression.args
            minus = "-" if expression.name == "-" else ""
            if isinstance(left, ir.Apply) and left.name == "*":
                return f"multiply_add({', '.join(map(self.text, left.args))}, {minus}{self.text(right)})"
            if isinstance(right, ir.Apply) and right.name == "*":
                first, second = map(self.text, right.args)
                return f"multiply_add({minus}{first}, {second}, {self.text(left)})"
        return super().applied(expression)


class _Functions(CFunctions):
    """The functions of the header."""

    body = _Body

    def __init__(self) -> None:
        super().__init__()
        self.lowering = _Lowering()

    def function(self, function: ir.Function, *, checked: bool) -> str:
        """The name in C of a function."""
        return self.lowering.known.get(function) or super().function(function, checked=checked)


def _straight_among(texts: dict[str, str]) -> set[str]:
    """The functions that call nothing but what is straight."""
    straight: set[str] = set()
    while True:
        more = {
            name
            for name, text in texts.items()
            if name not in straight
            and not re.search(r"\bwhile\b", text)
            and set(re.findall(r"\b(\w+)\(", text)) <= _FREE | straight | {name}
            and len(re.findall(rf"\b{name}\(", text)) == 1
        }
        if not more:
            return straight
        straight |= more


def header() -> str:
    """The text of ``_lanes_rules.h``."""
    functions = _Functions()
    CFunctions.function(functions, Lowering().operation(rest_of_product, 3), checked=False)  # for want of multiply_add
    values: dict[tuple[str, int], str] = {}
    for op in OPERATIONS.values():
        arity = op.arity or 0
        given = [f"x{place}[k]" for place in range(arity)]
        form = ir.ARITHMETIC.get(op.forward)
        name = getattr(op.forward, "__name__", "")
        if form:
            values[op.name, arity] = form.format(*given)
        elif getattr(op.forward, "__module__", "") == "math" and name in _IN_LANES:
            made = functions.lowering.operation(_IN_LANES[name], 1)
            values[op.name, arity] = f"{functions.function(made, checked=False)}({given[0]})"
        else:
            values[op.name, arity] = f"{functions.operation(op, arity)}({', '.join(given)})"
    texts = {re.match(r"static \w+ (\w+)\(", text)[1]: text for text in functions.texts}  # type: ignore[index]  # so they begin
    straight = _straight_among(texts)
    loops: dict[bool, list[str]] = {True: [], False: []}
    rows = []
    for (name, arity), value in values.items():
        vector = set(re.findall(r"\b(\w+)\(", value)) <= _FREE | straight
        loops[vector].append(f"LOOP_{arity}({'straight' if vector else 'calling'}, {name}, {value})")
        rows.append(f"    {'STRAIGHT' if vector else 'CALLING'}({name}, {arity})")
    parts = {}
    for kind, word in ((True, "INLINED"), (False, "static")):
        written = [text.replace("static", word, 1) for name, text in texts.items() if (name in straight) == kind]
        prototypes = [f"{text.splitlines()[0]};" for text in written]
        parts[kind] = [*prototypes, "", *(f"{text}\n" for text in written), *loops[kind]]
    head = _HEAD.format(digest=compiled.digest(), rounder=lane_functions.ROUNDER, bits=lane_functions.SQRT_HALF_BITS)
    listed = ["#define OPERATIONS(STRAIGHT, CALLING) \\", " \\\n".join(rows), ""]
    return "\n".join([head, *parts[True], "", "#ifdef WITH_CALLING", *parts[False], "#endif", "", *listed])


_HEAD = """\
/* Written by python -m tests.lane_rules from the records in autograd/rules: not to be edited.

   A loop over lanes for each operation: LOOP_n(kind, name, value of x0[k], x1[k] ...). Those of straight functions come
   first; WITH_CALLING there are also the others. OPERATIONS lists all, in the order of their codes. */
#define TABLE_DIGEST "{digest}"
#define ROUNDER {rounder!r}
#define SQRT_HALF_BITS {bits}u
"""


def main() -> int:
    """Write the header."""
    HEADER.write_text(header(), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
