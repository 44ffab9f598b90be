"""The C source of a tape: one function for one example, in C99, that needs nothing but ``math.h``.

What an operation computes is translated from its forward; see :mod:`~autograd.replay.backends.c_functions`.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from autograd.primitives import Primitive
from autograd.replay.backends.c_functions import CFunctions
from autograd.replay.backends.c_terms import c_number
from autograd.replay.backends.expansion import expanded
from autograd.replay.tape import FUSED_DOT, Guard, Tape

__all__ = ["emit"]

_OPERATORS: dict[Callable[..., Any], str] = {
    operator.add: "{} + {}",
    operator.sub: "{} - {}",
    operator.mul: "{} * {}",
    operator.truediv: "{} / {}",
    operator.neg: "-{}",
}
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
        text.append(f"double {name}_leaves[{len(leaves)}] = {{{', '.join(map(c_number, leaves))}}};\n")
    text += [("" if public else "static ") + _signature(name), "{", *_body(tape, name, functions), "}"]
    return "\n".join(text)


def _body(tape: Tape, name: str, functions: CFunctions) -> Iterator[str]:
    names = [f"x{i}" for i in range(tape.n_inputs)] + [f"w{i}" for i in range(tape.n_leaves)]
    sources = [f"inputs[{i}]" for i in range(tape.n_inputs)] + [f"{name}_leaves[{i}]" for i in range(tape.n_leaves)]
    used = {*tape.args.tolist(), *tape.outputs.tolist(), *(slot for guard in tape.guards for slot in guard[1:3])}
    for slot, (own, source) in enumerate(zip(names, sources, strict=True)):
        if slot in used:
            yield f"    const double {own} = {source};{_comment(tape.labels[slot])}"
    names += [c_number(constant) for constant in tape.constants.tolist()]
    temporaries = [f"t{slot}" for slot in range(len(names), tape.n_slots)]
    names += temporaries
    for start in range(0, len(temporaries), 12):
        yield f"    double {', '.join(temporaries[start : start + 12])};"
    if not tape.n_inputs or not used:
        yield "    (void)inputs;"
    waiting = list(reversed(tape.guards))
    for done, (op, args, dest, label) in enumerate(tape.instructions()):
        while waiting and waiting[-1].at <= done:
            yield _guard(waiting.pop(), names)
        yield f"    {names[dest]} = {_expression(op, [names[arg] for arg in args], functions)};{_comment(label)}"
    while waiting:
        yield _guard(waiting.pop(), names)
    for place, slot in enumerate(tape.outputs.tolist()):
        yield f"    outputs[{place}] = {names[slot]};"
    yield "    return 0;"


def _expression(op: Primitive, args: list[str], functions: CFunctions) -> str:
    if op is FUSED_DOT:
        return " + ".join(f"{x} * {y}" for x, y in zip(args[::2], args[1::2], strict=True))
    form = _OPERATORS.get(op.forward)
    if form:
        return form.format(*args)
    return f"{functions.operation(op)}({', '.join([*args, *map(c_number, op.constants)])})"


def _guard(guard: Guard, names: list[str]) -> str:
    comparison = f"{names[guard.left]} {guard.relation} {names[guard.right]}"
    return f"    if ({f'!({comparison})' if guard.outcome else comparison}) return 1;"


def _comment(label: str) -> str:
    """``label`` where it cannot end the comment: what is not a plain letter, digit or sign is left out."""
    plain = "".join(sign if sign.isascii() and (sign.isalnum() or sign in "_[](),.+- ") else "_" for sign in label[:40])
    return f" /* {plain} */" if label else ""
