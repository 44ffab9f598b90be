"""Operations in JavaScript, for pages: their values, printed from the intermediate form, and their local gradients.

A derivative is never lowered here either: the local gradients are recorded, as operations, and only the forwards of
those are printed. So nothing is ever computed by another formula than the table's.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from importlib.resources import files
from typing import Any, ClassVar

from autograd.errors import AutogradError
from autograd.primitives import Primitive
from autograd.replay import intermediate as ir
from autograd.replay.backends.printing import Braced, refusal
from autograd.replay.lowering import Lowering
from autograd.replay.recorder import run_recorded, tape_of
from autograd.replay.tape import Tape
from autograd.value import Constant, Value

__all__ = ["javascript"]


def javascript(operations: Iterable[Primitive | tuple[Primitive, int]]) -> str:
    """The values and local gradients of ``operations`` in JavaScript, as one expression.

    It is an array with one object for each operation::

        evaluate(inputs) -> [value, inside]     what IEEE 754 gives where the inputs are outside the domain
        partials(inputs, value) -> gradients    one for each input

    The numbers are Python's up to the last digits of the elementary functions. It needs nothing else, runs under
    any content-security policy that lets it run at all, and is printed from the records: an operation of the
    user's own is there too, if its ``forward`` can be translated.

    Args:
        operations: what a graph uses; an operation of any number of inputs with how many it has.

    Raises:
        NotImplementedError: an operation cannot be written in JavaScript; the message names it.
        TypeError: an operation of any number of inputs without their number.

    >>> from autograd import Value, javascript
    >>> source = javascript([(Value(2.0) * 3.0).op])
    >>> print(source[source.rindex("return [") :])
    return [
      operation(p_mul, d_mul),
    ];
    })()
    """
    functions = _Functions()
    records = []
    for one in operations:
        op, count = one if isinstance(one, tuple) else (one, one.arity)
        if count is None:
            raise TypeError(
                f"the operation {op.name!r} takes any number of inputs: give javascript() the pair ({op.name}, number)"
            )
        records.append(functions.operation(op, count))
    printed = [*functions.texts, "return [", *records, "];"]
    return "\n".join(["(() => {", _runtime("\n".join(printed)), *printed, "})()"])


_DEFINITION = re.compile(r"^(?=(?:class|const|function|let) )|^(?=  \w+(?:: .*)?,$)|^(?=\};$)", re.MULTILINE)
_USED = re.compile(r"(?:\bmath\.)?\b[A-Za-z_]\w*")


@functools.cache
def _definitions() -> list[tuple[str, str]]:
    """Everything that operations may need of Python, in the order of its file: each with its name, as it is called."""
    text = (files(__package__) / "python_math.js").read_text(encoding="utf-8")
    bare = "\n".join(line.partition(" // ")[0] for line in text.splitlines() if not line.lstrip().startswith("//"))
    parts = [part.strip("\n") for part in _DEFINITION.split(bare) if part.strip()]
    return [(f"math.{_USED.findall(part)[0]}" if part.startswith("  ") else _named_by(part), part) for part in parts]


def _named_by(definition: str) -> str:
    """The name that a definition gives; none for the bracket that closes ``math``."""
    words = _USED.findall(definition)
    return words[1] if words else ""


def _runtime(code: str) -> str:
    """Of the definitions those that ``code`` uses, and those that these use in turn."""
    definitions = _definitions()
    texts, wanted, needed = dict(definitions), ["operation", "evaluated", "math", ""], set()
    wanted += _USED.findall(code)
    while wanted:
        name = wanted.pop()
        if name in texts and name not in needed:
            needed.add(name)
            wanted += _USED.findall(texts[name])
    return "\n".join(text for name, text in definitions if name in needed)


class _Functions(Braced):
    """The functions of a piece of JavaScript, each once, whatever calls it.

    Attributes:
        texts: their definitions; in JavaScript their order is free.
    """

    forms: ClassVar[Mapping[str, str]] = {
        **{name: f"({{0}} {name} {{1}})" for name in (*ir.COMPARISONS, "+", "-", "*")},
        "/": "divide", "//": "floorDivide", "%": "modulo", "**": "power", "fsum": "fsum", "exact_sum": "exactSum",
        "negative": "(-{0})", "and": "({0} && {1})", "or": "({0} || {1})", "not": "!{0}",
        "select": "({0} ? {1} : {2})", "number": "Number", "nonzero": "({0} !== 0)", "mantissa": "frexp({0})[0]",
        "exponent": "frexp({0})[1]", "is_integer": "Number.isInteger",
        **{name: f"math.{name}" for name, one in ir.ELEMENTARY.items() if one.numpy},
    }  # fmt: skip
    numbers = ("NaN", "Infinity", "(-Infinity)")
    truths = ("false", "true")
    indent = "  "

    def __init__(self) -> None:
        self.texts: list[str] = []
        self.lowering = Lowering()
        self._names: dict[Any, str] = {}

    # --- operations ---------------------------------------------------------------------------------------

    def operation(self, op: Primitive, count: int) -> str:
        """A line that makes the object of one operation on so many inputs.

        Raises:
            NotImplementedError: its source is not at hand, or has something that is not translated.
        """
        try:
            return f"  operation({self._primitive(op, count)}, {self._partials(op, count)}),"
        except (LookupError, ir.Unsupported, AutogradError) as error:
            raise refusal(op, "written in JavaScript", error) from None

    def _primitive(self, op: Primitive, count: int) -> str:
        """The name of a function that evaluates ``op`` as IEEE 754 has it."""
        base, given = op.base or op, count + len(op.constants)
        key = base.forward, base.ieee, tuple(map(repr, op.constants)), count
        if key not in self._names:
            name = self._named(key, f"p_{op.name}")
            forward = self._function(self.lowering.operation(base.forward, given, op.name))
            ieee = "null"
            if base.ieee:
                ieee = self._function(self.lowering.operation(base.ieee, given, f"{op.name}_ieee"))
            constants = ", ".join(["...inputs", *map(self.number, op.constants)])
            self.texts.append(f"const {name} = (...inputs) => evaluated({forward}, {ieee}, [{constants}]);")
        return self._names[key]

    def _partials(self, op: Primitive, count: int) -> str:
        """The name of a function of the inputs and the output that gives the local gradients."""
        name = self._named(("partials", op, count), f"d_{op.name}")
        tape = _recorded(op, count)
        names = [f"x{i}" for i in range(tape.n_inputs)]
        head = ", ".join(names)
        names += [*map(self.number, tape.constants.tolist()), *(f"t{i}" for i in range(tape.n_before, tape.n_slots))]
        lines = []
        for inner, args, dest, _ in tape.instructions():
            given = [names[arg] for arg in args]
            form = ir.ARITHMETIC.get(inner.forward)
            value = form.format(*given) if form else f"{self._primitive(inner, len(args))}({', '.join(given)})"
            lines.append(f"const {names[dest]} = {value};")
        lines.append(f"return [{', '.join(names[slot] for slot in tape.outputs.tolist())}];")
        self._define(f"function {name}({head})", lines)
        return name

    def _named(self, key: Any, stem: str) -> str:
        name = self._names[key] = ir.fresh_name(stem, self._names.values())
        return name

    def _define(self, head: str, lines: Iterable[str]) -> None:
        self.texts.append("\n".join([f"{head} {{", *(f"  {line}" for line in lines), "}"]))

    # --- forwards -----------------------------------------------------------------------------------------

    def _function(self, function: ir.Function) -> str:
        """The name of ``function`` in JavaScript."""
        if function not in self._names:
            name = self._named(function, f"f_{function.name}")
            variables = ir.assigned_in(function.body)
            declared = [f"let {', '.join(variables)};"] if variables else []
            self._define(f"function {name}({', '.join(function.parameters)})", [*declared, *self.block(function.body)])
        return self._names[function]

    def raised(self, error: str) -> Iterable[str]:
        """A line that raises an error, by the name of its class in Python."""
        return [f'raise("{error}");']

    def tried(self, body: list[ir.Statement], handlers: list[Any]) -> Iterator[str]:
        """A ``try``, with one ``catch`` that tells the errors apart."""
        yield from self.nested("try", body)
        yield "catch (error) {"
        for kinds, handler in handlers:
            yield from (f"  {line}" for line in self.nested(f"if (isA(error, {list(kinds)}))", handler))
            yield "  else"
        yield from ["  throw error;", "}"]

    def called(self, function: ir.Function, args: Sequence[ir.Expression]) -> str:
        """A call of another function."""
        return f"{self._function(function)}({', '.join(map(self.text, args))})"


def _recorded(op: Primitive, count: int) -> Tape:
    """The local gradients of ``op`` as a tape: of the inputs and the output."""
    rule: Any = op.partials
    given = [Value(0.5) for _ in range(count + 1)]
    found, comparisons = run_recorded(lambda: rule(*given))
    if comparisons:
        raise ir.Unsupported(
            f"its partials compare their inputs, at {comparisons[0].site}: choose with where() or step()"
        )
    roots = [one if isinstance(one, Value) else Constant(one) for one in found]
    return tape_of(roots, given).tape
