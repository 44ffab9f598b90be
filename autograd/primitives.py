"""The record of an operation, and the registry of all records.

A primitive is one operation as the whole project knows it: its value, its local gradients, where it is
defined, how it is written. Engines, drawings, LaTeX, backends and tests read this record; none of
them keeps knowledge of its own about an operation.
"""

from __future__ import annotations

import functools
import inspect
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from enum import IntEnum
from functools import partial
from itertools import islice
from numbers import Complex, Real
from typing import Any, Protocol, TypeVar, overload

import numpy as np

from autograd.context import current, recording
from autograd.errors import DivisionDomainError, DomainError, OverflowDomainError

__all__ = [
    "PRIMITIVES", "Domain", "Kink", "Precedence", "Primitive", "as_float", "as_label", "is_node", "is_number",
    "primitive",
]  # fmt: skip


T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)


class Interprets(Protocol[T_co]):
    """A type that says what an operation is when it is applied to numbers of that type, as Value does."""

    @staticmethod
    def __primitive__(op: Primitive, args: tuple[Any, ...]) -> T_co:
        """``op`` applied to ``args``, at least one of which is of this type."""


class Precedence(IntEnum):
    """How tightly a written operation binds, loosest first; decides where brackets go."""

    SUM = 1
    PRODUCT = 2
    NEGATION = 3
    POWER = 4
    CALL = 5


@dataclass(frozen=True, slots=True)
class Domain:
    """Where an operation is defined: in words for people, as a test for machines.

    >>> from autograd import Domain
    >>> positive = Domain("x > 0", lambda x: x > 0.0)
    >>> positive.contains(-1.0)
    False
    """

    text: str
    contains: Callable[..., bool]


@dataclass(frozen=True, slots=True)
class Kink:
    """Where an operation has no derivative, and the convention that is used there.

    Args:
        at: whether it is at these inputs (and constants).
        convention: the value used instead, in words.
        edges: the numbers that pass through 0 there, of the same arguments, as a tuple: an integral finds by them
            where the operation switches to another piece. None: it is not looked for.
        whole: the edges pass through a whole number, not through 0.

    >>> from autograd import Kink
    >>> Kink(lambda x: x == 0.0, "the derivative at 0 is taken as 0").at(0.0)
    True
    """

    at: Callable[..., bool]
    convention: str
    edges: Callable[..., tuple[Any, ...]] | None = None
    whole: bool = False


REALS = Domain("any real number", lambda *inputs: all(map(math.isfinite, inputs)))
POSITIVE = Domain("x > 0", lambda x: 0.0 < x < math.inf)
AT_LEAST_ZERO = Domain("x >= 0", lambda x: 0.0 <= x < math.inf)
FINITE_ANGLE = Domain("a finite angle", math.isfinite)
UNIT_INTERVAL = Domain("-1 <= x <= 1", lambda x: -1.0 <= x <= 1.0)


def at_zero(x: Any, *_: Any) -> tuple[Any, ...]:
    """The edge of a kink at 0."""
    return (x,)


def at_tie(x: Any, y: Any) -> tuple[Any, ...]:
    """The edge of a kink at a tie."""
    return (x - y,)


@dataclass(frozen=True, eq=False, kw_only=True)
class Primitive:
    """One operation. Made by :func:`primitive`; call it on floats or on Values.

    Attributes:
        name: its name in the registry, and in messages.
        forward: floats to float, the reference value.
        partials: ``partials(*inputs, output)`` gives the tuple of local gradients, one per input. It is
            written only with operators and other primitives, so it serves floats and Values alike.
            None where the operation only exists with its trailing constants captured.
        arity: how many inputs; None for any number.
        captured: ``captured(*inputs, *constants, output)``: the local gradients with respect to the inputs
            when the trailing arguments are plain numbers, which are captured rather than made nodes.
        captures: how many trailing arguments ``captured`` takes as constants.
        defaults: the values of trailing arguments that may be left out.
        constants: the captured numbers of a record that :meth:`capture` made.
        base: the record that they were captured for.
        gated: the local gradients are gates, 0 or 1: a closed gate stops even an infinite upstream.
        held: a constant to derivatives, although its value moves: its local gradients are gates that stay closed.
            For a number that a result is written with and does not depend on, such as the shift of a softmax.
        straight: a flow through it is local · upstream and no more: it is neither gated nor a user's.
        appliers: by a class of inputs, the function that applies it where all are of that class, as in most calls.
        domain: where it is defined.
        ieee: the IEEE 754 value where ``forward`` raises.
        kink: where it has no derivative, and the convention there.
        symbol: the sign on a card in a picture.
        text, latex: how it is written; ``{0}``, ``{1}`` are the inputs, then the constants.
        precedence: how tightly the written form binds.
        operator: Python's operator, such as ``"+"``, if it is one of two operands.
        ufunc, scipy: the functions of the same meaning in NumPy and in ``scipy.special``, by name.
        expansion: ``expansion(*inputs, *constants)``: the same value, up to rounding, through operators and other
            operations; how a backend computes it where ``forward`` cannot be compiled. Written with ``where`` and
            ``maximum``, and without comparing; only its value counts, since derivatives are those of ``partials``.
        folds: of an operation of any number of inputs, the one of two inputs that gives the same when it is applied to
            them in any order and 0.0 is added, so that a zero has one sign. NumPy folds rows in one call.
        textbook: ``textbook(*inputs, output)``: the local gradients as a textbook writes them, where ``partials`` are
            written for accuracy; read by people, never computed with.
        builtin: part of autograd's own table, and so not to be redefined.

    >>> from autograd import Value, tanh
    >>> tanh.name, tanh(0.0), tanh(Value(0.0)).op is tanh
    ('tanh', 0.0, True)
    """

    name: str
    forward: Callable[..., float]
    partials: Callable[..., tuple[Any, ...]] | None
    arity: int | None
    captured: Callable[..., tuple[Any, ...]] | None = None
    captures: int = 0
    defaults: tuple[float, ...] = ()
    constants: tuple[float, ...] = ()
    base: Primitive | None = None
    gated: bool = False
    held: bool = False
    domain: Domain = REALS
    ieee: Callable[..., float] | None = None
    kink: Kink | None = None
    symbol: str = ""
    text: str = ""
    latex: str = ""
    precedence: Precedence = Precedence.CALL
    operator: str = ""
    ufunc: str | None = None
    scipy: str | None = None
    expansion: Callable[..., Any] | None = None
    folds: Primitive | None = None
    textbook: Callable[..., tuple[Any, ...]] | None = None
    builtin: bool = False
    straight: bool = field(init=False)
    appliers: dict[type, Callable[..., Any]] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "straight", self.builtin and not self.gated)
        object.__setattr__(self, "appliers", {})
        if self.builtin and not self.captures and not self.constants:
            self.appliers[float] = _on_floats(self)

    @overload
    def __call__(self, *args: float, **constants: float) -> float: ...

    @overload
    def __call__(self, *args: Interprets[T] | float, **constants: float) -> T: ...

    @overload
    def __call__(self, *args: Any, **constants: Any) -> Any: ...

    def __call__(self, *args: Any, **constants: float) -> Any:
        """Apply to numbers, giving a float, or to anything that interprets primitives, such as Values."""
        if constants:
            args = self.positional(args, constants)
        elif args and len(args) == self.arity:
            apply = self.appliers.get(type(args[0]))
            if apply is not None:  # by far the most common: all are floats, as in the sweeps, or Values
                for other in args[1:]:
                    if self.appliers.get(type(other)) is not apply:
                        break
                else:
                    return apply(*args)
        elif self.arity is None and len(kinds := set(map(self.appliers.get, set(map(type, args))))) == 1:
            apply = kinds.pop()
            if apply is not None:
                return apply(*args)
        for arg in args:
            interpret = getattr(type(arg), "__primitive__", None)
            if interpret is not None:
                return interpret(self, args)
        return self.evaluate(*[as_float(arg, f"{self.name}()") for arg in args])

    def each(self, *columns: Sequence[Any]) -> list[Any]:
        """The operation on each row of ``columns``, one column for each input."""
        kinds = {self.appliers.get(kind) for kind in set().union(*[map(type, column) for column in columns])}
        apply = kinds.pop() if len(kinds) == 1 else None
        return list(map(apply or self, *columns))

    def __repr__(self) -> str:
        constants = "".join(f", {constant:g}" for constant in self.constants)
        return f"<primitive {self.name}{constants}>"

    def __reduce__(self) -> tuple[Any, ...]:
        return (_restore, (self.name, self.constants))

    def evaluate(self, *inputs: float) -> float:
        """``forward`` on floats, with the domain answered as :func:`~autograd.errstate` says."""
        inputs = self.complete(inputs)
        try:
            value = self.forward(*inputs)
        except (ArithmeticError, ValueError) as error:
            return self.outside(error, inputs)
        return value if type(value) is float else as_float(value, f"the result of {self.name}")

    def compute(self, inputs: list[float], parents: tuple[Any, ...]) -> float:
        """``forward`` of nodes, whose labels stand in the message if an input is outside the domain."""
        try:
            value = self.forward(*inputs)
        except (ArithmeticError, ValueError) as error:
            return self.outside(error, tuple(inputs), tuple([parent.label for parent in parents]))
        return value if type(value) is float else as_float(value, f"the result of {self.name}")

    def positional(self, args: tuple[Any, ...], constants: dict[str, float]) -> tuple[Any, ...]:
        """``args`` with the captured arguments that were given by name, such as ``slope=0.2``, in their places."""
        names = [*inspect.signature(self.captured).parameters][-1 - self.captures : -1] if self.captured else []
        placed = list(args)
        for place, name in enumerate(names, start=(self.arity or 0) - self.captures):
            if name in constants and len(placed) == place:
                placed.append(constants.pop(name))
        if constants:
            known = f"; it takes {', '.join(names)}" if names else ""
            raise TypeError(f"{self.name}() got an unexpected argument {next(iter(constants))!r}{known}")
        return tuple(placed)

    def complete(self, args: tuple[Any, ...]) -> tuple[Any, ...]:
        """``args`` with the defaults of those left out; a wrong number of them is a TypeError."""
        missing = 0 if self.arity is None else self.arity - len(args)
        if 0 < missing <= len(self.defaults):
            return args + self.defaults[-missing:]
        if missing:
            least = (self.arity or 0) - len(self.defaults)
            takes = f"{least}" if not self.defaults else f"{least} to {self.arity}"
            raise TypeError(f"{self.name}() takes {takes} argument(s), {len(args)} given")
        return args

    def outside(self, error: Exception, inputs: tuple[float, ...], labels: tuple[str, ...] = ()) -> float:
        """Answer an input that ``forward`` refused: the IEEE value, or a :class:`DomainError`."""
        domain = current().domain
        by = recording() if domain == "handled" else None
        if domain == "nan" or (by is not None and not by.raises()):
            return self.ieee_value(error, inputs)
        noted = by.raised if by is not None else _itself
        # No name for the exception: it would hold this frame, which it holds itself. A user's forward is heard out.
        raise noted(self.refusal(error, inputs, labels)) from None if self.builtin else error

    def refusal(self, error: Exception, inputs: tuple[float, ...], labels: tuple[str, ...] = ()) -> DomainError:
        """The :class:`DomainError` for an input that ``forward`` refused with ``error``."""
        named = zip(inputs, labels or ("",) * len(inputs), strict=True)
        shown = ", ".join(f"{label} = {value!r}" if label else repr(value) for value, label in islice(named, 8))
        shown += ", ..." if len(inputs) > 8 else ""
        call = f"{self.name}({shown}{''.join(f', {constant!r}' for constant in self.constants)})"
        way_out = "Use errstate(domain='nan') for IEEE values instead."
        if isinstance(error, OverflowError):
            return OverflowDomainError(f"{call} is too large for a float. {way_out}")
        kind = DivisionDomainError if isinstance(error, ZeroDivisionError) else DomainError
        return kind(f"{call} is outside the domain: {self.name} needs {self.domain.text}. {way_out}")

    def ieee_value(self, error: Exception, inputs: tuple[float, ...]) -> float:
        """The IEEE 754 value where ``forward`` raised ``error``."""
        if self.ieee is not None:
            return self.ieee(*inputs, *self.constants)
        return math.inf if isinstance(error, OverflowError) else math.nan

    def capture(self, *constants: float) -> Primitive:
        """This operation with its trailing arguments fixed: ``pow.capture(3.0)`` is the cube.

        The same constants give the same record, so a graph of a million squares holds one.
        """
        # 0.0 == -0.0 as keys of a cache, but 1/0.0 != 1/-0.0: the signs tell them apart.
        return _capture(self, constants, tuple(map(str, constants)) if 0.0 in constants else ())


@functools.lru_cache(maxsize=4096)
def _capture(op: Primitive, constants: tuple[float, ...], _signs: tuple[str, ...]) -> Primitive:
    forward, captured = op.forward, op.captured
    if captured is None or op.arity is None or len(constants) != op.captures:
        raise TypeError(f"{op.name} captures {op.captures} constant(s), {len(constants)} given")
    fixed = partial(
        replace, op, arity=op.arity - op.captures, captured=None, captures=0, defaults=(), constants=constants, base=op
    )
    if op.arity == 2:
        # By far the most common: spelt out, since a sweep calls it at every such node.
        (constant,) = constants
        return fixed(
            forward=lambda x: forward(x, constant),
            partials=lambda x, out: captured(x, constant, out),
        )
    return fixed(
        forward=lambda *inputs: forward(*inputs, *constants),
        partials=lambda *inputs: captured(*inputs[:-1], *constants, inputs[-1]),
    )


def _on_floats(op: Primitive) -> Callable[..., float]:
    """``op.evaluate`` of an operation of the table, which is known to give a float, on the right number of floats."""
    forward, outside = op.forward, type(op).outside

    def apply(*inputs: float) -> float:
        try:
            return forward(*inputs)
        except (ArithmeticError, ValueError) as error:
            return outside(op, error, inputs)

    return apply


def _itself(error: DomainError) -> DomainError:
    return error


PRIMITIVES: dict[str, Primitive] = {}
"""Every operation by name: the table. Filled by :mod:`autograd.rules` and by users."""


SPECIAL_METHODS = {
    "+": "add", "-": "sub", "*": "mul", "/": "truediv", "//": "floordiv", "%": "mod", "**": "pow",
}  # fmt: skip
"""The methods that Python calls for its operators of two operands, without their underscores."""


def give_operators(kind: type[Any]) -> None:
    """Give a class that interprets operations Python's operators, each as the operation of the table it stands for."""
    for op in PRIMITIVES.values():
        if op.operator:
            method = SPECIAL_METHODS[op.operator]
            setattr(kind, f"__{method}__", lambda self, other, op=op: op(self, other))
            setattr(kind, f"__r{method}__", lambda self, other, op=op: op(other, self))
        elif op.name in ("neg", "abs"):
            setattr(kind, f"__{op.name}__", lambda self, op=op: op(self))


def _restore(name: str, constants: tuple[float, ...]) -> Primitive:
    """The record called ``name``, for a pickled graph."""
    try:
        op = PRIMITIVES[name]
    except KeyError:
        raise LookupError(
            f"the graph uses an operation {name!r} that is not defined here: define it with primitive() first"
        ) from None
    return op.capture(*constants) if constants else op


def _count_inputs(name: str, partials: Callable[..., tuple[Any, ...]]) -> int | None:
    """How many inputs ``partials(*inputs, output)`` has; None for ``*inputs_and_output``.

    Parameters with a default, as in ``lambda x, out, k=k: ...``, hold values and are not inputs.
    """
    try:
        parameters = inspect.signature(partials).parameters.values()
    except (TypeError, ValueError):
        raise TypeError(
            f"primitive({name!r}): partials is a function of the inputs and the output, not {partials!r}"
        ) from None
    if any(parameter.kind is parameter.VAR_POSITIONAL for parameter in parameters):
        return None
    return sum(parameter.default is parameter.empty for parameter in parameters) - 1


def primitive(
    name: str,
    *,
    forward: Callable[..., float],
    partials: Callable[..., tuple[Any, ...]] | None = None,
    captured: Callable[..., tuple[Any, ...]] | None = None,
    doc: str = "",
    **record: Any,
) -> Primitive:
    r"""Define an operation: its value and its local gradients, once, for everything.

    Args:
        name: what it is called, here and in messages.
        forward: floats to float.
        partials: ``partials(*inputs, output)``: one local gradient per input, written only with operators
            and primitives, so that it serves floats (a sweep of numbers) and Values (second order).
        captured: ``captured(*inputs, *constants, output)``: the local gradients of the inputs alone, when
            the trailing arguments are plain numbers and so not differentiated.
        doc: the text that ``help()`` shows.
        record: any further field of :class:`Primitive`: ``domain``, ``kink``, ``text``, ``latex`` ...

    Raises:
        TypeError: neither ``partials`` nor ``captured`` is given, or a field is unknown.

    >>> from autograd import Value, primitive
    >>> cube = primitive("cube", forward=lambda x: x * x * x, partials=lambda x, out: (3 * x * x,))
    >>> x = Value(2.0)
    >>> cube(x).backward()
    >>> x.grad
    12.0
    """
    rule = partials or captured
    if rule is None:
        raise TypeError(f"primitive({name!r}) needs partials: a function of the inputs and the output")
    if name in PRIMITIVES and PRIMITIVES[name].builtin:
        raise ValueError(f"primitive({name!r}): the name is taken by an operation of autograd; choose another")
    if record.get("held"):
        record["gated"] = True
    arity = _count_inputs(name, rule)
    if record.get("builtin"):
        operands = "{*}" if arity is None else ", ".join(f"{{{place}}}" for place in range(arity))
        spelt = name.replace("_", r"\_")
        latex = rf"\operatorname{{{{{spelt}}}}}\left({operands}\right)"
        record = {"text": f"{name}({operands})", "latex": latex} | record
    op = Primitive(
        name=name,
        forward=forward,
        partials=partials,
        captured=captured,
        arity=arity,
        symbol=record.pop("symbol", name),
        **record,
    )
    object.__setattr__(op, "__doc__", doc or f"The operation {name}.")
    object.__setattr__(op, "__name__", name)
    PRIMITIVES[name] = op
    return op


define = partial(primitive, builtin=True)
"""How the records of the table itself are made."""


def as_float(number: Any, where: str) -> float:
    """``number`` as a Python float; anything that is not one real number is refused by name.

    Args:
        number: int, bool, float, NumPy scalar or 0-d array, Fraction, Decimal.
        where: the function or place that takes it, for the message.

    Raises:
        TypeError: not a real number.
        OverflowDomainError: an int or Fraction too large for a float.
    """
    if type(number) is float:
        return number
    if not is_number(number):
        raise TypeError(f"{where} takes one real number, not {_in_words(number)}")
    try:
        value = float(number)
    except OverflowError:
        value = math.inf
    except ValueError:  # a signalling nan of Decimal
        raise TypeError(f"{where} takes one real number, not {_in_words(number)}") from None
    if math.isinf(value) and number != value:
        raise OverflowDomainError(
            f"{where} takes numbers that fit a float; this {type(number).__name__} does not (about 1.8e308)"
        )
    return value


def as_label(label: Any) -> str:
    """``label``, which must be a str."""
    if not isinstance(label, str):
        raise TypeError(f"a label must be a str, got {label!r}")
    return label


def _spells_a_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _in_words(given: Any) -> str:
    """``given`` and the way out, for the message that refuses it."""
    try:
        shown = repr(given)
    except Exception:  # noqa: BLE001 -- a broken repr must not hide what is wrong
        shown = "an object"
    shown = shown if len(shown) <= 60 else shown[:57] + "..."
    if isinstance(given, str):
        return f"the str {shown}" + (
            ": convert it with float(...)" if _spells_a_number(given) else ", which does not spell a number"
        )
    if isinstance(given, (list, tuple, set, frozenset, dict)):
        return f"the {type(given).__name__} {shown}: apply it to each element"
    if isinstance(given, np.ndarray) and given.ndim:
        return f"an array of shape {given.shape}: apply it to each element, or use NumPy's own function on the array"
    if isinstance(given, Complex) and not isinstance(given, Real):  # NumPy registers its time spans as integers
        return f"the complex number {shown}: take .real or abs() of it first"
    if is_node(given):
        return f"{shown}, which is already part of a graph: use it as it is, or take .data"
    single = hasattr(type(given), "__array__") and getattr(given, "ndim", None) == 0  # a number of JAX's or PyTorch's
    kind = "" if given is None else f" of type {type(given).__name__}"
    return f"{shown}{kind}{': take float() of it' if single else ''}"


def is_number(given: Any) -> bool:
    """Whether :func:`as_float` takes ``given`` (unless it is too large)."""
    if isinstance(given, (float, int)):
        return True
    if isinstance(given, np.ndarray):  # of a masked element, or one with a unit, the number is not all
        return type(given) is np.ndarray and given.ndim == 0 and given.dtype.kind in "biuf"
    return isinstance(given, (Real, Decimal, np.bool_)) and not isinstance(given, np.timedelta64)


def is_node(given: Any) -> bool:
    """Whether ``given`` interprets operations instead of being a number: a Value, or a name in a formula."""
    return hasattr(type(given), "__primitive__")
