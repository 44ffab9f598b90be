"""The C source of a tape: one function for one example, in C99, that needs nothing but ``math.h``.

What an operation computes is its forward, printed from the intermediate form: see :mod:`~autograd.replay.lowering`.
Every number is a double; Python's whole numbers are right as far as a double counts, to 2**53.

Where Python raises, by itself as in a division by zero, the record's IEEE value stands, as in every backend. The
formulas of autograd's own table give that value by themselves, and are spared the test.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any, ClassVar, cast

import numpy as np

from autograd.primitives import Primitive
from autograd.replay import intermediate as ir
from autograd.replay.backends.expansion import expanded
from autograd.replay.backends.printing import Braced, refusal
from autograd.replay.lowering import Lowering
from autograd.replay.optimise import fuse_dots
from autograd.replay.schedule import ONE, Alike, Places, Product, Sums, computation, scheduled, strides
from autograd.replay.tape import FUSED_DOT, Guard, Tape

__all__ = ["Body", "CFunctions", "emit"]


# --- what Python has and C does not -----------------------------------------------------------------------

_POLES = {
    "atanh": "1", "log": "1", "log10": "1", "log1p": "1", "log2": "1", "lgamma": "x <= 0.0", "gamma": "x <= 0.0",
    "pow": "x == 0.0",
}  # fmt: skip
"""Where an infinity that no operand has is a pole, a ValueError, and not an overflow."""
_CALLED = {"gamma": "tgamma", "ldexp": "ag_scaled"}
"""The names that C has for functions of Python's."""

_CHECKED = """\
static double ag_{name}({parameters}, int *raised)
{{
    const double value = {call};
    if (*raised) return value;
    if (isnan(value) && {none_is_nan}) *raised = 2;
    else if (isinf(value) && {all_finite}) *raised = ({pole}) ? 2 : 1;
    return value;
}}"""
_CHECKED_WHOLE = """\
static double ag_{name}(double x, int *raised)
{{
    if (!*raised && !isfinite(x)) *raised = isnan(x) ? 2 : 1;
    return {name}(x);
}}"""

_RUNTIME = {
    "ag_is_integer": (
        "static int ag_is_integer(double x)\n{\n    return isfinite(x) && floor(x) == x;\n}"
    ),
    "ag_frexp": (
        "static double ag_frexp(double x, int part)\n{\n    int exponent = 0;\n"
        "    const double mantissa = isfinite(x) ? frexp(x, &exponent) : x;\n"
        "    return part ? exponent : mantissa;\n}"
    ),
    # Every finite float is 0 or infinite when scaled by more than that.
    "ag_scaled": (
        "static double ag_scaled(double x, double n)\n{\n"
        "    return ldexp(x, (int)(n > 4000.0 ? 4000.0 : n < -4000.0 ? -4000.0 : n));\n}"
    ),
    "ag_divisor": (
        "static double ag_divisor(double x, int *raised)\n{\n"
        "    if (x == 0.0 && !*raised) *raised = 2;\n    return x;\n}"
    ),
    # What is left of x has the sign of y. Source: CPython, Objects/floatobject.c, float_rem and _float_div_mod.
    "ag_modulo": (
        "static double ag_modulo(double x, double y)\n{\n    const double rest = fmod(x, y);\n"
        "    if (rest == 0.0) return copysign(0.0, y);\n"
        "    return (rest < 0.0) == (y < 0.0) ? rest : rest + y;\n}"
    ),
    "ag_floor_divide": (
        "static double ag_floor_divide(double x, double y)\n{\n    const double rest = fmod(x, y);\n"
        "    double quotient = (x - rest) / y;\n"
        "    if (rest != 0.0 && (rest < 0.0) != (y < 0.0)) quotient -= 1.0;\n"
        "    if (quotient == 0.0) return copysign(0.0, x / y);\n"
        "    return quotient - floor(quotient) > 0.5 ? floor(quotient) + 1.0 : floor(quotient);\n}"
    ),
}  # fmt: skip
"""By name, the text of what stands for Python's own functions and operators."""


def _checked_text(name: str) -> str:
    """The text of ``ag_NAME``, which tells through ``*raised`` where Python's function raises.

    ``*raised`` is 1 for an OverflowError and 2 for a ValueError; the first counts.
    """
    if name in ("floor", "ceil", "trunc"):
        return _CHECKED_WHOLE.format(name=name)
    inputs = ("x", "y") if name in ir.BINARY else ("x",)
    return _CHECKED.format(
        name=name,
        parameters=", ".join(f"double {x}" for x in inputs),
        call=f"{_CALLED.get(name, name)}({', '.join(inputs)})",
        none_is_nan=" && ".join(f"!isnan({x})" for x in inputs),
        all_finite=" && ".join(f"isfinite({x})" for x in inputs),
        pole=_POLES.get(name, "0"),
    )


# --- operations -------------------------------------------------------------------------------------------

_NATIVE = set(ir.ELEMENTARY) - {"mantissa", "exponent", "is_integer", "fsum", "exact_sum"}


class CFunctions:
    """The C functions that a piece of emitted source calls, each once, whatever calls it.

    Attributes:
        prototypes, texts: their declarations and definitions.
    """

    @property
    def body(self) -> type[Body]:
        """The writer of a function's body."""
        return Body

    def __init__(self) -> None:
        self.prototypes: list[str] = []
        self.texts: list[str] = []
        self.lowering = Lowering()
        self._names: dict[Any, str] = {}

    def operation(self, op: Primitive, count: int) -> str:
        """The name of a C function that computes ``op`` on ``count`` numbers, of which its constants are the last.

        Raises:
            NotImplementedError: its source is not at hand, or has something that is not translated.
        """
        base = op.base or op
        name = getattr(base.forward, "__name__", "")
        if name in _NATIVE and getattr(base.forward, "__module__", "") == "math":
            return self.runtime(_CALLED.get(name, name))
        try:
            return self._operation(base, count)
        except (LookupError, ir.Unsupported) as error:
            raise refusal(op, "written in C", error) from None

    def _operation(self, op: Primitive, count: int) -> str:
        """A function for ``forward``; where that raises, what IEEE 754 gives."""
        key = op, count
        if key in self._names:
            return self._names[key]
        forward = self.lowering.operation(op.forward, count, op.name)
        checked = not op.builtin
        inner = self.function(forward, checked=checked)
        if not (checked or forward.raises):
            self._names[key] = inner
            return inner
        name = self._names[key] = self._new_name(f"{op.name}_or_ieee")
        inputs = ", ".join(f"double {x}" for x in forward.parameters)
        arguments = ", ".join(forward.parameters)
        otherwise = "raised == 1 ? INFINITY : NAN"
        if op.ieee is not None:
            ieee = self.lowering.operation(op.ieee, count, f"{op.name}_ieee")
            if ieee.raises:
                raise ir.Unsupported("its ieee has a raise")
            otherwise = f"{self.function(ieee, checked=False)}({arguments})"
        self._define(
            f"static double {name}({inputs})",
            [
                "int raised = 0;",
                f"const double value = {inner}({arguments}, &raised);",
                f"return raised ? ({otherwise}) : value;",
            ],
        )
        return name

    def function(self, function: ir.Function, *, checked: bool) -> str:
        """The name of a C function for ``function``; ``checked`` if it is to tell where Python raises by itself."""
        key = function, checked
        if key not in self._names:
            name = self._names[key] = self._new_name(function.name)
            self._define(*self.body(self, function, checked=checked).written(name))
        return self._names[key]

    def runtime(self, name: str) -> str:
        """The name itself, of a function that stands for one of Python's own, which is written if it is not yet."""
        if name.startswith("ag_") and name not in self._names:
            self._names[name] = name
            text = _RUNTIME[name] if name in _RUNTIME else _checked_text(name.removeprefix("ag_"))
            if "ag_scaled(" in text:
                self.runtime("ag_scaled")
            self.prototypes.append(text.partition("\n")[0] + ";")
            self.texts.append(text)
        return name

    def _define(self, head: str, lines: Sequence[str]) -> None:
        self.prototypes.append(f"{head};")
        self.texts.append("\n".join([f"{head}", "{", *(f"    {line}" for line in lines), "}"]))

    def _new_name(self, stem: str) -> str:
        taken = {*self._names.values(), *(f"ag_{name}" for name in ir.ELEMENTARY)}  # those are the runtime's
        return ir.fresh_name(f"ag_{stem}", taken)


class Body(Braced):
    """Writes one function."""

    forms: ClassVar[Mapping[str, str]] = {
        **{name: f"({{0}} {name} {{1}})" for name in (*ir.COMPARISONS, "+", "-", "*", "/")},
        "//": "ag_floor_divide", "%": "ag_modulo", "**": "pow", "negative": "(-{0})",
        "and": "({0} && {1})", "or": "({0} || {1})", "not": "(!{0})", "select": "({0} ? {1} : {2})",
        "number": "(double)({0} != 0)", "nonzero": "({0} != 0.0)", "mantissa": "ag_frexp({0}, 0)",
        "exponent": "ag_frexp({0}, 1)", "is_integer": "ag_is_integer",
        **{name: _CALLED.get(name, name) for name in _NATIVE},
    }  # fmt: skip
    numbers = ("NAN", "INFINITY", "(-INFINITY)")
    truths = ("0", "1")
    indent = "    "

    def __init__(self, functions: CFunctions, function: ir.Function, *, checked: bool) -> None:
        self._functions, self._function, self._checked = functions, function, checked
        self.lowering = functions.lowering
        self._tells = checked or function.raises
        self._read = set(ir.read_in(function.body))

    def written(self, name: str) -> tuple[str, list[str]]:
        """The head of the function, and the lines of its body."""
        given = self._function.parameters
        head = ", ".join([*(f"double {one}" for one in given), *(["int *raised"] if self._tells else [])])
        variables = [one for one in ir.assigned_in(self._function.body) if one in self._read]
        return f"static double {name}({head or 'void'})", [
            *([f"double {', '.join(variables)};"] if variables else []),
            *(f"(void){one};" for one in given if one not in self._read),
            *(["if (*raised) return 0.0;"] if self._tells else []),
            *self.block(self._function.body),
        ]

    def assigned(self, name: str, value: str) -> str:
        """An assignment; what nothing reads is computed, for it may raise."""
        return f"{name} = {value};" if name in self._read else f"(void){value};"

    def going(self, test: str) -> str:
        """The condition of a loop, which ends where something raised."""
        return f"!*raised && {test}" if self._tells else test

    def raised(self, error: str) -> Iterable[str]:
        """Tell of the error, unless one came before; the number does not count."""
        return [f"if (!*raised) *raised = {1 if error == 'OverflowError' else 2};", "return 0.0;"]

    def formed(self, name: str, form: str, args: list[str]) -> str:
        """An operator or an elementary function; checked, where Python's raises."""
        if self._checked and name in ("/", "//", "%"):
            args[1] = f"{self._functions.runtime('ag_divisor')}({args[1]}, raised)"
        elif self._checked and (name == "**" or (name in ir.ELEMENTARY and ir.ELEMENTARY[name].raises)):
            form, args = f"ag_{'pow' if name == '**' else name}", [*args, "raised"]
        if form.startswith("ag_"):
            self._functions.runtime(form.partition("(")[0])
        return super().formed(name, form, args)

    def called(self, function: ir.Function, args: Sequence[ir.Expression]) -> str:
        """A call of another function, which may tell that it raised."""
        given = list(map(self.text, args))
        if self._checked or function.raises:
            given.append("raised")
        return f"{self._functions.function(function, checked=self._checked)}({', '.join(given)})"


# --- the tape ---------------------------------------------------------------------------------------------

_HEAD = """\
/* {summary}
   C99; compile with -std=c99 (so that no product is fused with a sum), with -lm, and without -ffast-math. */
#include <math.h>
"""


def emit(tapes: Sequence[Tape], name: str = "replay", leaves: Sequence[Sequence[float]] = ()) -> str:
    """C source of the function that ``tapes`` recorded, one for each path.

    It is ``int name(const double *inputs, double *outputs)``, and returns 0; or 1, with nothing written, where a
    comparison comes out as on no path. Live leaves are arrays beside it, ``name_leaves``, which hold their present
    values and may be set. Outside a domain the values are those of IEEE 754.

    Args:
        tapes: the paths; the guards of each tell where it is right.
        name: what to call the function.
        leaves: for each path the present values of its live leaves.

    Raises:
        NotImplementedError: an operation cannot be written in C.
    """
    functions = CFunctions()
    paths = [name] if len(tapes) == 1 else [f"{name}_path_{index + 1}" for index in range(len(tapes))]
    values = list(leaves) or [[0.0] * tape.n_leaves for tape in tapes]
    bodies = [
        _path(expanded(tape), path, live, functions, public=len(tapes) == 1)
        for tape, path, live in zip(tapes, paths, values, strict=True)
    ]
    if len(tapes) > 1:
        tries = [f"    if (!{path}(inputs, outputs)) return 0;" for path in paths]
        bodies.append("\n".join([_signature(name), "{", *tries, "    return 1;", "}"]))
    summary = f"{name}: {tapes[0].n_inputs} input(s), {len(tapes[0].outputs)} output(s), {len(tapes)} path(s)."
    return "\n".join(
        [_HEAD.format(summary=summary), *functions.prototypes, "", "\n\n".join([*functions.texts, *bodies]), ""]
    )


def _signature(name: str) -> str:
    return f"int {name}(const double *inputs, double *outputs)"


def _path(tape: Tape, name: str, leaves: Sequence[float], functions: CFunctions, *, public: bool) -> str:
    text = []
    if tape.n_leaves:
        text.append(f"double {name}_leaves[{len(leaves)}] = {{{', '.join(map(Body.number, leaves))}}};\n")
    loops = _Loops(tape, name, functions) if len(tape) >= _LONG else None
    if loops and loops.n_entries < len(tape) // _FEWER:
        lines = loops.written()
        text += loops.tables
    else:
        lines = [*_body(tape, name, functions)]
    text += [("" if public else "static ") + _signature(name), "{", *lines, "}"]
    return "\n".join(text)


def _body(tape: Tape, name: str, functions: CFunctions) -> Iterator[str]:
    names = [f"x{i}" for i in range(tape.n_inputs)] + [f"w{i}" for i in range(tape.n_leaves)]
    sources = [f"inputs[{i}]" for i in range(tape.n_inputs)] + [f"{name}_leaves[{i}]" for i in range(tape.n_leaves)]
    used = {*tape.args.tolist(), *tape.outputs.tolist(), *(slot for guard in tape.guards for slot in guard[1:3])}
    for slot, (own, source) in enumerate(zip(names, sources, strict=True)):
        if slot in used:
            yield f"    const double {own} = {source};{_comment(tape.labels[slot])}"
    names += [Body.number(constant) for constant in tape.constants.tolist()]
    temporaries = [f"t{slot}" for slot in range(len(names), tape.n_slots)]
    names += temporaries
    for start in range(0, len(temporaries), 12):
        yield f"    double {', '.join(temporaries[start : start + 12])};"
    if used.isdisjoint(range(tape.n_inputs)):
        yield "    (void)inputs;"
    if not len(tape.outputs):
        yield "    (void)outputs;"
    for step in tape.steps():
        if isinstance(step, Guard):
            yield _guard(step, names)
        else:
            value = _expression(step.op, [names[arg] for arg in step.args], functions)
            yield f"    {names[step.dest]} = {value};{_comment(step.label)}"
    for place, slot in enumerate(tape.outputs.tolist()):
        yield f"    outputs[{place}] = {names[slot]};"
    yield "    return 0;"


def _expression(op: Primitive, args: list[str], functions: CFunctions) -> str:
    if op is FUSED_DOT:
        return " + ".join(f"{x} * {y}" for x, y in zip(args[::2], args[1::2], strict=True))
    form = ir.ARITHMETIC.get(op.forward)
    if form:
        return form.format(*args)
    given = [*args, *map(Body.number, op.constants)]
    return f"{functions.operation(op, len(given))}({', '.join(given)})"


def _guard(guard: Guard, names: list[str]) -> str:
    comparison = f"{names[guard.left]} {guard.relation} {names[guard.right]}"
    return f"    if ({f'!({comparison})' if guard.outcome else comparison}) return 1;"


def _comment(label: str) -> str:
    """``label`` where it cannot end the comment: what is not a plain letter, digit or sign is left out."""
    plain = "".join(sign if sign.isascii() and (sign.isalnum() or sign in "_[](),.+- ") else "_" for sign in label[:40])
    return f" /* {plain} */" if label else ""


# --- loops ------------------------------------------------------------------------------------------------

_LONG, _FEWER = 60, 3
"""Loops are written for a tape of so many instructions, if they are fewer than those by so much."""
_RUN = 16
"""So many results that follow one another have a loop of their own."""


class _Loops:
    """Writes a tape as loops over one array of numbers, ``v``: one for all that is alike, or is a product of matrices.

    Attributes:
        n_entries: how many loops there are.
        tables: where the numbers of a loop are, if they are not at regular distances.
    """

    def __init__(self, tape: Tape, name: str, functions: CFunctions) -> None:
        self._tape, self._name, self._functions = tape, name, functions
        fused = fuse_dots(tape)
        whole = computation(fused.returning([*fused.outputs.tolist(), *fused.compared]))
        self._constants = [*fused.constants.tolist(), 1.0]
        self._first = fused.n_inputs + fused.n_leaves
        self._schedule = scheduled(whole, [*range(fused.n_before), ONE], {})
        self.n_entries = len(self._schedule.entries)
        self.tables: list[str] = []
        self._table_of: dict[bytes, str] = {}

    def written(self) -> list[str]:
        """The lines of the body."""
        tape, name = self._tape, self._name
        numbers = ", ".join(map(Body.number, self._constants))
        self.tables.append(f"static const double {name}_constants[{len(self._constants)}] = {{{numbers}}};")
        given = (
            (tape.n_inputs, "inputs"),
            (tape.n_leaves, f"{name}_leaves"),
            (len(self._constants), f"{name}_constants"),
        )
        lines = [f"double v[{self._schedule.n_rows}];"]
        start = 0
        for count, source in given:
            lines += _nested(
                [f"v[{_index(start, [count > 1], 'i')}] = {source}[{_index(0, [count > 1], 'i')}];"], ("i", count)
            )
            start += count
        for entry in cast("list[Alike | Sums | Product]", self._schedule.entries):  # nothing is summed over examples
            lines += self._entry(entry)
        rows = np.array([row for row, _ in sorted(self._schedule.stored, key=lambda pair: pair[1])], np.intp)
        outputs, compared = np.split(rows, [len(tape.outputs)])
        operands = [f"v[{row}]" for row in compared.tolist()]
        for at, guard in enumerate(tape.guards):
            lines.append(_guard(guard._replace(left=2 * at, right=2 * at + 1), operands).strip())
        lines += self._results(outputs)
        unused = [*(["inputs"] if not tape.n_inputs else []), *(["outputs"] if not len(outputs) else [])]
        return [f"    {line}" for line in (*lines, *(f"(void){each};" for each in unused), "return 0;")]

    def _results(self, rows: Places) -> list[str]:
        """Long runs of results that follow one another, and what is between them by a table."""
        cuts = [0, *(np.flatnonzero(np.diff(rows) != 1) + 1).tolist(), len(rows)]
        parts: list[list[int]] = []
        for begin, end in pairwise(cuts):
            if parts and max(end - begin, parts[-1][1] - parts[-1][0]) < _RUN:
                parts[-1][1] = end
            else:
                parts.append([begin, end])
        lines: list[str] = []
        for begin, end in parts:
            to = _index(begin, [end - begin > 1], "i")
            lines += _nested([f"outputs[{to}] = {self._at(rows[begin:end], 'i')};"], ("i", end - begin))
        return lines

    def _at(self, places: Places, *loops: str) -> str:
        """The number at ``places``, by the variables of the loops around."""
        steps = strides(places)
        if steps is not None:
            return f"v[{_index(int(places.flat[0]), steps, loops)}]"
        key = places.tobytes()
        if key not in self._table_of:
            table = self._table_of[key] = f"{self._name}_at_{len(self._table_of)}"
            numbers = ", ".join(map(str, places.ravel().tolist()))
            self.tables.append(f"static const int {table}[{places.size}] = {{{numbers}}};")
        distances = [int(np.prod(places.shape[axis + 1 :])) if n > 1 else 0 for axis, n in enumerate(places.shape)]
        return f"v[{self._table_of[key]}[{_index(0, distances, loops)}]]"

    def _entry(self, entry: Alike | Sums | Product) -> list[str]:
        match entry:
            case Alike(op, args, results):
                names = ("i", "j")[: results.ndim]
                text = _expression(op, [self._at(arg.places, *names) for arg in args], self._functions)
                return _nested([f"{self._at(results, *names)} = {text};"], *zip(names, results.shape, strict=True))
            case Sums(terms, results):
                lines = ["double sum = -0.0;"]
                for left, right in terms:
                    factors = [self._at(each.places, "j", "i") for each in (left, right) if each is not None]
                    lines += _nested([f"sum += {' * '.join(factors)};"], ("j", len(left.places)))
                return _nested([*lines, f"{self._at(results, 'i')} = sum;"], ("i", len(results)), own=True)
            case _:
                return self._product(entry)

    def _product(self, entry: Product) -> list[str]:
        factors, operands, biases, results = entry
        start = "-0.0" if biases is None else self._at(biases.places, "g", "i")
        product = f"{self._at(factors.places, 'g', 'i', 'j')} * {self._at(operands.places, 'g', 'j')}"
        result = self._at(results, "g", "i")
        n_products, n_results, n_operands = factors.places.shape
        if (strides(factors.places) or (0, 0, 0))[1] == 1:  # column by column, as they lie in memory
            lines = _nested([f"{result} = {start};"], ("i", n_results))
            lines += _nested([f"{result} += {product};"], ("j", n_operands), ("i", n_results))
            return _nested(lines, ("g", n_products))
        added = _nested([f"sum += {product};"], ("j", n_operands))
        lines = [f"double sum = {start};", *added, f"{result} = sum;"]
        return _nested(lines, ("g", n_products), ("i", n_results), own=True)


def _nested(lines: list[str], *loops: tuple[str, int], own: bool = False) -> list[str]:
    """``lines`` in loops, each a variable and how often it is run; with names of its ``own``, in a block at least."""
    for variable, count in reversed(loops):
        if not count:
            return []
        if count > 1:
            lines = [f"for (int {variable} = 0; {variable} < {count}; ++{variable}) {{", *_indented(lines), "}"]
            own = False
    return ["{", *_indented(lines), "}"] if own else lines


def _index(start: int, distances: Sequence[int], loops: Sequence[str]) -> str:
    """``start``, and so much further on for each round of each loop."""
    steps = [(distance, loop) for distance, loop in zip(distances, loops, strict=True) if distance]
    text = "".join(
        f" {'-' if step < 0 else '+'} {loop if abs(step) == 1 else f'{abs(step)} * {loop}'}" for step, loop in steps
    )
    return text[3:] if start == 0 and text.startswith(" + ") else f"{start}{text}"


def _indented(lines: list[str]) -> list[str]:
    return [f"    {line}" for line in lines]
