"""The reference backend: the tape as readable straight-line Python, equal to eager evaluation bit for bit.

The text that :func:`emit` writes runs alone: it imports ``math`` and defines, from the forwards of the
primitives, the functions that it calls. The kernel that :func:`build` makes is the same text with the forwards
themselves bound to those names.
"""

from __future__ import annotations

import ast
import builtins
import copy
import functools
import inspect
import itertools
import keyword
import math
import operator
import re
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, MutableMapping, Sequence
from types import FunctionType, ModuleType
from typing import Any

import numpy as np

from autograd.compiled import in_c
from autograd.primitives import Primitive, as_float
from autograd.replay.backends import Kernel
from autograd.replay.bodies import definition
from autograd.replay.intermediate import ARITHMETIC, fresh_name
from autograd.replay.recorder import Refusal
from autograd.replay.tape import Floats, Guard, Tape

__all__ = ["build", "emit", "straight_line", "work"]


# --- the kernel -------------------------------------------------------------------------------------------


def build(tape: Tape, batched: Sequence[bool], summed: bool) -> Kernel:  # noqa: FBT001 -- the form of every backend
    """A kernel that calls the straight-line function once for each example."""
    replay = straight_line(tape)
    is_lane = np.array([*batched, *[False] * tape.n_leaves], dtype=bool)

    def one(inputs: list[float]) -> Any:
        try:
            return replay(inputs)
        except (ArithmeticError, ValueError):
            return tape.run(inputs[: tape.n_inputs], inputs[tape.n_inputs :])  # outside a domain: IEEE values

    def kernel(shared: Floats, lanes: Floats) -> Floats:
        inputs = np.empty(len(is_lane))
        inputs[~is_lane] = shared
        results = np.empty((len(tape.outputs), lanes.shape[1]))
        for column in range(lanes.shape[1]):
            inputs[is_lane] = lanes[:, column]
            results[:, column] = one(inputs.tolist())
        return np.add.accumulate(results, axis=1)[:, -1] if summed else results

    return kernel


def straight_line(tape: Tape) -> Callable[[list[float]], tuple[float, ...] | int]:
    """``tape`` as a function of its inputs and leaves: the outputs, or the index of the first guard that fails.

    Outside the domain of an operation it raises what the forward raises.
    """
    namer = _Namer(tape)
    namespace: dict[str, Any] = {f"_{_identifier(op.name)}_{index}": _forward(op) for index, op in enumerate(tape.ops)}
    callees = dict(zip(tape.ops, namespace, strict=True))
    namespace["math"] = math  # for constants that are nan or infinite
    unpacking = f"    [{', '.join(namer.names[slot] for slot in range(tape.n_inputs + tape.n_leaves))}] = inputs"
    source = "\n".join(["def replay(inputs):", unpacking, *_body(tape, namer, callees, str)])
    # The text is our own: labels are reduced to identifiers.
    exec(compile(source, f"<tape of {len(tape)} instructions>", "exec"), namespace)  # noqa: S102
    replay: Callable[[list[float]], tuple[float, ...] | int] = namespace["replay"]
    return replay


@functools.lru_cache(maxsize=4096)
def _forward(op: Primitive) -> Callable[..., float]:
    """The forward of ``op``, to be called with its inputs and constants; that of the compiled engine, if it has one.

    What a user's gives is made a float, as everywhere.
    """
    forward = op.base.forward if op.base else in_c("FORWARD", op.forward, op)
    if (op.base or op).builtin:
        return forward

    def as_everywhere(*inputs: float) -> float:
        value = forward(*inputs)
        return value if type(value) is float else as_float(value, f"the result of {op.name}")

    return as_everywhere


def work(tape: Tape) -> int:
    """About how many operators take as long in plain Python as ``tape``: told from its code, not by a clock."""
    works = np.array([1 + sum(_bytecodes(op.forward, set())) // 3 for op in tape.ops], dtype=np.int64)
    return int(works[tape.code].sum())


def _bytecodes(function: Any, seen: set[Any]) -> Iterator[int]:
    """The sizes of a function and of those that it calls by name, in instructions of the interpreter."""
    if isinstance(function, FunctionType) and function not in seen:
        seen.add(function)
        code = function.__code__
        yield len(code.co_code) // 2
        for name in code.co_names:
            yield from _bytecodes(function.__globals__.get(name), seen)


# --- the text ---------------------------------------------------------------------------------------------


def emit(tapes: Sequence[Tape], name: str = "replay", leaves: Sequence[Sequence[float]] = ()) -> str:
    """Self-contained Python source of the function that ``tapes`` recorded, one for each path.

    The function takes the inputs one by one and returns a tuple of the outputs. Live leaves have their present
    values: of a single path they are the defaults of keyword arguments; of several paths each has defaults of its
    own, which the text says, and the function has no arguments for them. Outside a domain it raises, as Python's
    ``math`` does.

    Args:
        tapes: the paths; the guards of each tell where it is right.
        name: what to call the function.
        leaves: for each path the present values of its live leaves.

    Raises:
        NotImplementedError: the source of an operation is not at hand.
    """
    helpers = _Helpers()
    callees = [{op: helpers.operation(op) for op in tape.ops if not _arithmetic(op)} for tape in tapes]
    values = leaves or [[0.0] * tape.n_leaves for tape in tapes]
    if len(tapes) == 1:
        functions = [_function(tapes[0], name, callees[0], values[0], lambda _: "_other_branch()")]
    else:
        paths = [f"_path_{index + 1}" for index in range(len(tapes))]
        functions = [
            _function(tape, path, callee, live, lambda _: "()")
            for tape, path, callee, live in zip(tapes, paths, callees, values, strict=True)
        ]
        if any(values):
            functions.insert(0, _FIXED_LEAVES)
        calls = " or ".join(f"{path}(*inputs)" for path in paths)
        functions.append(f"def {name}(*inputs):\n    return {calls} or _other_branch()")
    if any(tape.guards for tape in tapes):
        functions.insert(0, _OTHER_BRANCH)
    imports = "\n".join(["import math", *helpers.imports])
    return "\n\n\n".join([imports, *helpers.texts, *functions]) + "\n"


_FIXED_LEAVES = "# Live leaves are numbers from here on: the defaults of each path, as they were when this was written."
_OTHER_BRANCH = """def _other_branch():
    raise ValueError("a comparison came out as in no recorded path")"""


def _function(
    tape: Tape, name: str, callees: dict[Primitive, str], leaves: Sequence[float], otherwise: Callable[[int], str]
) -> str:
    namer = _Namer(tape)
    inputs = [namer.names[slot] for slot in range(tape.n_inputs)]
    live = [f"{namer.names[tape.n_inputs + index]}={_number(value)}" for index, value in enumerate(leaves)]
    parameters = [*inputs, *(["/"] if inputs else []), *(["*"] if live else []), *live]
    return "\n".join([f"def {name}({', '.join(parameters)}):", *_body(tape, namer, callees, otherwise)])


def _body(tape: Tape, namer: _Namer, callees: dict[Primitive, str], otherwise: Callable[[int], str]) -> Iterator[str]:
    """One line an instruction, one ``if`` a guard, and the return; ``otherwise`` says what a failed guard returns."""
    names, failed = namer.names, map(otherwise, itertools.count())
    for step in tape.steps():
        if isinstance(step, Guard):
            yield from _guard(step, next(failed), names)
            continue
        op, args, dest, label = step
        written = [names[arg] for arg in args]
        form = _arithmetic(op)
        if form:
            expression = form.format(*written)
        else:
            expression = f"{callees[op]}({', '.join([*written, *map(_number, op.constants)])})"
        yield f"    {namer.assign(dest, label)} = {expression}"
    results = [names[slot] for slot in tape.outputs.tolist()]
    yield f"    return ({', '.join(results)}{',' if len(results) == 1 else ''})"


def _may_be_no_float(expression: ast.expr) -> bool:
    """Whether operators on floats may give what is none: a power may be complex, and what reads no input anything."""
    nodes = [*ast.walk(expression)]
    return any(isinstance(node, ast.Pow | ast.Not) for node in nodes) or not any(
        isinstance(node, ast.Name) for node in nodes
    )


_OPERATORS = (ast.BinOp, ast.UnaryOp, ast.operator, ast.unaryop, ast.Name, ast.Load, ast.Constant)


@functools.lru_cache(maxsize=4096)
def _arithmetic(op: Primitive) -> str:
    """The form of an operation that is nothing but operators on its inputs, which costs no call; else empty.

    >>> from autograd import square
    >>> _arithmetic(square)
    '{0} * {0}'
    """
    known, code = ARITHMETIC.get(op.forward, ""), getattr(op.forward, "__code__", None)
    if known or op.constants or code is None or code.co_names or code.co_freevars or code.co_varnames[op.arity :]:
        return known
    try:
        parameters, body, _ = definition(op.forward)
    except LookupError:
        return ""
    expression = copy.deepcopy(body[0].value) if isinstance(body[0], ast.Return) else None
    if expression is None or not all(isinstance(node, _OPERATORS) for node in ast.walk(expression)):
        return ""
    if not op.builtin and _may_be_no_float(expression):
        return ""
    places = {parameter.arg: f"{{{at}}}" for at, parameter in enumerate([*parameters.posonlyargs, *parameters.args])}
    names = [node for node in ast.walk(expression) if isinstance(node, ast.Name)]
    for name in names:
        name.id = places[name.id]
    return ast.unparse(expression)


def _guard(guard: Guard, otherwise: str, names: dict[int, str]) -> Iterator[str]:
    comparison = f"{names[guard.left]} {guard.relation} {names[guard.right]}"
    yield f"    if {f'not ({comparison})' if guard.outcome else comparison}:"
    yield f"        return {otherwise}"


def _number(number: float) -> str:
    if math.isfinite(number):
        return repr(number) if math.copysign(1.0, number) > 0.0 else f"({number!r})"
    return "math.nan" if number != number else "math.inf" if number > 0.0 else "(-math.inf)"


class _Namer:
    """Gives each slot a name: the user's label where it is one, else its number."""

    def __init__(self, tape: Tape) -> None:
        self._taken = {"math", "inputs", "replay"}
        self._again: Counter[str] = Counter()
        self.names: dict[int, str] = {}
        first_constant = tape.n_inputs + tape.n_leaves
        for slot, label in enumerate(tape.labels[:first_constant]):
            self.assign(slot, label, "x" if slot < tape.n_inputs else "p")
        for index, constant in enumerate(tape.constants.tolist()):
            self.names[first_constant + index] = _number(constant)

    def assign(self, slot: int, label: str, letter: str = "t") -> str:
        """The name of ``slot`` from here on: a new one, so that each line of the text has its own."""
        name = _identifier(label)[:40] or f"{letter}{slot}"
        if name in self._taken or keyword.iskeyword(name) or name.startswith("_"):
            name = f"{name}_{letter}{slot}"
        base = name
        while name in self._taken:  # counted, so that a slot that is used again and again has no long names
            self._again[base] += 1
            name = f"{base}_{self._again[base]}"
        self._taken.add(name)
        self.names[slot] = name
        return name


def _identifier(label: str) -> str:
    """``label`` reduced to letters, digits and underscores of ASCII: ``W12[1]`` is ``W12_1``."""
    name = re.sub(r"[^0-9A-Za-z]+", "_", label).strip("_")
    return f"v{name}" if name[:1].isdigit() else name


# --- the functions that the text calls ---------------------------------------------------------------------


class _Helpers:
    """Collects the text of functions and of what they call, each once and before it is called.

    Attributes:
        imports: the import statements that they need besides ``import math``.
        texts: the definitions, in order.
    """

    def __init__(self) -> None:
        self.imports: list[str] = []
        self.texts: list[str] = []
        self._names: dict[Any, str] = {}

    def operation(self, op: Primitive) -> str:
        """The function to call for ``op``; its constants follow its inputs.

        Raises:
            NotImplementedError: its forward, or what that calls, cannot be written out.
        """
        try:
            if isinstance(op, Refusal):
                return self._refusal(op)
            return self._callee((op.base or op).forward, op.name)
        except LookupError as error:
            raise NotImplementedError(
                f"the operation {op.name!r} cannot be written out as source: {error.args[0]}. "
                f"Write its forward as a function of the module that defines it, with nothing but math."
            ) from None

    def _refusal(self, op: Refusal) -> str:
        base = op.of.base or op.of
        if base.forward is operator.truediv:
            called = self._imported("from operator import truediv", "truediv")
        else:
            called = self.operation(op.of)
        if ("refusal", base) not in self._names:
            self._names["refusal", base] = name = self._new_name(f"{base.name}_refuses")
            self.texts.append(
                f"def {name}(*inputs):\n    try:\n        {called}(*inputs)\n"
                f"    except (ArithmeticError, ValueError):\n        return 1.0\n    return 0.0"
            )
        return self._names["refusal", base]

    def _callee(self, function: Callable[..., Any], name: str) -> str:
        if getattr(math, getattr(function, "__name__", ""), None) is function:
            return f"math.{function.__name__}"
        if function not in self._names:
            self._names[function] = self._new_name(name)
            self.texts.append(self._text(function, self._names[function]))
        return self._names[function]

    def _new_name(self, name: str) -> str:
        return fresh_name("_" + name.strip("_"), self._names.values())

    def _text(self, function: Callable[..., Any], name: str) -> str:
        parameters, body, names = definition(function)
        own = {node.arg for node in ast.walk(parameters) if isinstance(node, ast.arg)}
        copied = ast.parse(ast.unparse(ast.Module(body, [])))
        statements = _ModulesResolved(names).visit(copied).body
        nodes = [node for statement in statements for node in ast.walk(statement)]
        own |= {node.id for node in nodes if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
        for node in nodes:
            if isinstance(node, ast.Name) and node.id not in own:
                node.id = self._written(node.id, names)
        placed = [*parameters.posonlyargs, *parameters.args]
        optional = placed[len(placed) - len(parameters.defaults) :]
        plain = ast.arguments(
            posonlyargs=[ast.arg(parameter.arg) for parameter in parameters.posonlyargs],
            args=[ast.arg(parameter.arg) for parameter in parameters.args],
            vararg=ast.arg(parameters.vararg.arg) if parameters.vararg else None,
            kwonlyargs=[ast.arg(parameter.arg) for parameter in parameters.kwonlyargs],
            kw_defaults=[ast.Name(self._default(each, function)) for each in parameters.kwonlyargs],
            defaults=[ast.Name(self._default(each, function)) for each in optional],
        )
        indented = ast.unparse(ast.Module(statements, [])).replace("\n", "\n    ")
        return f"def {name}({ast.unparse(plain)}):\n    {indented}"

    def _default(self, parameter: ast.arg, function: Callable[..., Any]) -> str:
        """The text for the number that a parameter has unless one is given."""
        default = inspect.signature(function, follow_wrapped=False).parameters[parameter.arg].default
        if not _is_data(default):
            raise LookupError(f"its {parameter.arg!r} is {default!r}")
        return self._constant(default, parameter.arg)

    def _written(self, name: str, names: Mapping[str, Any]) -> str:
        """The text for a name that the function does not define itself."""
        if name not in names:
            raise LookupError(f"it uses {name!r}, which is not defined")
        obj = names[name]
        if getattr(builtins, name, None) is obj:
            return name
        if isinstance(obj, ModuleType) and _is_standard(obj.__name__):
            return self._imported(f"import {obj.__name__}", obj.__name__)
        if isinstance(obj, Primitive):
            return self._callee(obj.forward, obj.name)
        if callable(obj):
            if _is_standard(obj.__module__):
                return self._imported(f"from {obj.__module__} import {obj.__name__}", obj.__name__)
            return self._callee(obj, name)
        if _is_data(obj):
            return self._constant(obj, name)
        raise LookupError(f"it uses {name!r}, which is {obj!r}")

    def _imported(self, statement: str, name: str) -> str:
        if statement != "import math" and statement not in self.imports:
            self.imports.append(statement)
        return name

    def _constant(self, obj: Any, name: str) -> str:
        key = ("constant", name, repr(obj))
        if key not in self._names:
            self._names[key] = self._new_name(name)
            written = repr(obj).replace("inf", "math.inf").replace("nan", "math.nan")
            self.texts.append(f"{self._names[key]} = {written}")
        return self._names[key]


class _ModulesResolved(ast.NodeTransformer):
    """Writes ``special.gelu``, where ``special`` is a module that is not Python's own, as a name for the function."""

    def __init__(self, names: MutableMapping[str, Any]) -> None:
        self._names = names

    def visit_Attribute(self, node: ast.Attribute) -> ast.expr:
        """Resolve one attribute of a module."""
        module = self._names.get(node.value.id) if isinstance(node.value, ast.Name) else None
        if not isinstance(module, ModuleType) or _is_standard(module.__name__):
            self.generic_visit(node)
            return node
        self._names[node.attr] = getattr(module, node.attr)
        return ast.Name(node.attr, ast.Load())


def _is_standard(module: str) -> bool:
    return module.partition(".")[0] in sys.stdlib_module_names


def _is_data(obj: Any) -> bool:
    if isinstance(obj, tuple):
        return all(map(_is_data, obj))
    return type(obj) in (bool, int, float)
