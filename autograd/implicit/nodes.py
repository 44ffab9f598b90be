"""A number that SciPy found, as a Value that knows its derivatives; and the function that it was found for.

The first derivatives are computed at once, as floats. Those of second order are computed when asked for, by running the
user's function again. By then a variable that it reads may hold another object, as the variable of a loop does: so the
function is kept with what it closes over, and its results then and now are compared.
"""

from __future__ import annotations

import importlib
import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from contextvars import copy_context
from itertools import islice
from types import CellType, CodeType, FunctionType
from typing import Any, NamedTuple

from autograd.context import Recording, current, enable_grad, no_grad, recorded_in, recording, refuse_while_recording
from autograd.debugging import Site, calling_site, watched
from autograd.errors import AutogradError, GradientError, StaleGraphError
from autograd.primitives import Primitive
from autograd.rules.arithmetic import identity
from autograd.sweep import adjoint_steps, data_of, describe, itself, number_of
from autograd.trace import Trace
from autograd.transforms import one_number
from autograd.trees import flatten
from autograd.value import Constant, Value, make_node

__all__ = [
    "PIECES", "Choice", "Function", "Run", "Watch", "bound", "check_unchanged", "lent", "node_of", "note", "number_in",
    "scipy_module", "ways_of",
]  # fmt: skip


def bound(name: str, f: Any, args: Any) -> Callable[..., Any]:
    """A user's function, checked, with its further arguments."""
    refuse_while_recording(None, f"implicit.{name}()")
    if not callable(f):
        raise TypeError(f"{name}(f, ...): f must be a function, got {f!r}")
    if not isinstance(args, (tuple, list)):
        raise TypeError(f"{name}(args=...) must be a tuple of further arguments of f, got {args!r}: write (a,)")
    further = tuple(args)
    return (lambda *x: f(*x, *further)) if further else f


class Function:
    """A function for the solver called ``name``."""

    def __init__(self, name: str, fun: Callable[..., Any]) -> None:
        self.name = name
        self.fun = fun
        self.met_values = False
        """Whether a result has been made of Values so far."""

    def kept(self) -> Function:
        """The same function with the objects that its variables hold now."""
        return Function(self.name, _as_it_is(self.fun, {}))

    def values(self, *x: Any) -> list[float]:
        """The numbers of the result at x, which is made of floats."""
        with no_grad(), recorded_in(None):
            numbers = self.numbers(self.fun(*x))
        self.met_values = self.met_values or any(isinstance(number, Value) for number in numbers)
        return list(map(number_of, numbers))

    def uses_values(self, x: Any) -> bool:
        """Whether the result depends on Values, where x is made of floats."""
        with recorded_in(None):
            return any(isinstance(number, Value) for number in self.numbers(self.fun(x)))

    def watched(self, *x: Any, places: Sequence[int] = (), sited: bool = False) -> Run:
        """A run that knows the choices that it made, and if ``sited`` their lines of code."""
        watch = Watch(sited=sited)
        with recorded_in(watch):
            return Run(self, x, places, watch)

    def numbers(self, result: Any) -> list[Any]:
        """The numbers of a result."""
        return flatten(result, f"{self.name}(f, ...): the result of f")[0]


def _as_it_is(fun: Any, known: dict[int, Any]) -> Any:
    """A copy of a function whose variables, and those of its closures, keep the objects that they hold now."""
    if not isinstance(fun, FunctionType):
        return fun
    if id(fun) not in known:
        cells = tuple(CellType() for _ in fun.__closure__ or ())
        names = {name: fun.__globals__[name] for name in _names(fun.__code__) if name in fun.__globals__}
        names |= {name: held for name in ("__builtins__", "__name__") if (held := fun.__globals__.get(name))}
        copy = FunctionType(fun.__code__, names, fun.__name__, fun.__defaults__, cells)
        copy.__kwdefaults__ = fun.__kwdefaults__
        known[id(fun)] = copy
        for cell, original in zip(cells, fun.__closure__ or (), strict=True):
            with suppress(ValueError):  # of a variable that holds nothing yet
                cell.cell_contents = _as_it_is(original.cell_contents, known)
        for name, held in names.items():
            if getattr(held, "__globals__", None) is fun.__globals__:
                names[name] = _as_it_is(held, known)
    return known[id(fun)]


def _names(code: CodeType) -> set[str]:
    """The global names that a function reads, in the functions inside it too."""
    return {*code.co_names}.union(*(_names(inner) for inner in code.co_consts if isinstance(inner, CodeType)))


class Solved(Primitive):
    """The operation of one result, which alone knows how that depends on its parents; so it cannot be stored."""

    def __reduce__(self) -> tuple[Any, ...]:
        raise TypeError(
            f"a Value that {self.name}() found cannot be pickled, for its derivatives come from a function: pickle its "
            f".data, or what goes into it"
        )


def node_of(name: str, number: float, parents: Sequence[Value], slopes: Callable[..., Sequence[Any]]) -> Any:
    """``number``, which a solver found, as a Value that depends on ``parents``; a float if there are none.

    ``slopes(linked=...)`` is the derivative by each parent, as floats or as Values that depend on them. It runs in the
    present context: that of a rule is sealed, and the user's function is not a rule.
    """
    if not parents:
        return number
    with recorded_in(None):  # who watches the caller need not see the derivative being worked out
        first = tuple(slopes(linked=False)) if current().grad else ()
        around = copy_context()
    data = tuple(parent._data for parent in parents)

    def forward(*inputs: float) -> float:
        if any(isinstance(number, complex) for number in inputs):
            raise TypeError(f"{name}() finds real numbers alone")
        if inputs != data:
            raise StaleGraphError(
                f"the result of {name}() cannot be computed again from other numbers, {inputs} in place of {data}: "
                f"call {name}() again"
            )
        return number

    def partials(*arguments: Any) -> tuple[Any, ...]:
        if isinstance(arguments[-1], float):
            return first
        if any(given is not parent for given, parent in zip(arguments, parents, strict=False)):
            raise GradientError(
                f"the derivative of the result of {name}() is known as a float, and as a Value in the graph in which "
                f"it was found: not in a copy, nor as a formula"
            )
        return tuple(around.copy().run(slopes, linked=True))

    op = Solved(
        name=name, forward=forward, partials=partials, arity=None, symbol=name, text=f"{name}({{*}})",
        latex=rf"\operatorname{{{{{name.replace('_', chr(92) + '_')}}}}}\left({{*}}\right)",
    )  # fmt: skip
    return make_node(op, tuple(parents))


def check_unchanged(name: str, now: Sequence[Any], before: Sequence[float], tolerance: float = 0.0) -> None:
    """Refuse a function that no longer gives what it gave when the number was found."""
    for number, found in zip(map(number_of, now), before, strict=True):
        if not abs(number - found) <= tolerance * (1.0 + abs(found)):
            raise GradientError(
                f"{name}(): the result was {found!r} when it was solved and is {number!r} now, when it is "
                f"differentiated once more: f reads something that has changed since, or it depends on rounding. Hand "
                f"over what changes in args=(...)"
            )


def number_in(name: str, result: Any) -> Value:
    """The one number that a function returned, as a Value."""
    if isinstance(result, (list, tuple, dict)):
        kind = type(result).__name__
        raise TypeError(f"{name}(f, ...): f must return one number, got a {kind} of {len(result)}")
    return one_number(name, result)


@contextmanager
def lent(fun: Callable[..., Any]) -> Iterator[Callable[..., Any]]:
    """``fun`` for as long as a solver runs: SciPy's hold it in reference cycles, with all the Values that it reads."""
    held = [fun]

    def call(*args: Any) -> Any:
        return held[0](*args)

    try:
        yield call
    finally:
        held.clear()


def scipy_module(name: str, module: str) -> Any:
    """A module of SciPy, which is imported when it is first needed."""
    try:
        return importlib.import_module(f"scipy.{module}")
    except ImportError:
        raise ModuleNotFoundError(
            f"{name}() is solved by SciPy, which is not installed: pip install 'chainrule[data]'"
        ) from None


# --- which way a function goes ------------------------------------------------------------------------------

PIECES = "number of pieces"
"""The choice that an integral within a function makes: the number of its pieces."""


class Choice(NamedTuple):
    """One way out of several that a function took."""

    name: str
    """A relation, ``"<"``, or the name of an operation."""
    taken: tuple[Any, ...]
    """The outcome of a comparison; the piece that each edge of an operation is on."""
    edges: Callable[[], tuple[Any, ...]]
    """The numbers that decided, Values or floats: they pass through 0, or a whole number, where the choice changes."""
    site: Site | None
    whole: bool = False

    def is_undecided(self, edge: int) -> bool:
        """Whether an edge is exactly where the choice changes, and where a convention decides."""
        data: float = number_of(self.edges()[edge])
        return data == (math.floor(data) if self.whole and math.isfinite(data) else 0.0)

    def __str__(self) -> str:
        return f"the {'operation ' if self.name.isidentifier() else 'comparison '}{self.name!r}" + (
            f" at {self.site}" if self.site else ""
        )


class Watch(Recording):
    """Keeps the comparisons that a function makes.

    Args:
        sited: keep their lines of code too.
    """

    def __init__(self, *, sited: bool = False) -> None:
        self.marks: list[tuple[tuple[Any, ...], Choice | None]] = []
        """Some numbers, as the function came to them, and the choice that it made by them.

        None: they are what a solver within the function depends on.
        """
        self._sited = sited

    def guard(self, relation: str, left: Any, right: Any, outcome: bool) -> None:  # noqa: FBT001 -- see the protocol
        """Keep a comparison, as one with ``<``: Python swaps the sides of a comparison as it likes."""
        if relation in (">", ">="):
            left, right, relation = right, left, relation.replace(">", "<")
        site = calling_site() if self._sited else None
        self.marks.append(((left, right), Choice(relation, (outcome,), lambda: (left - right,), site)))

    def refuse(self, node: Any, taking: str, *, elsewhere: bool = False) -> None:
        """Nothing to refuse: a float that is taken out is a constant."""


class Run(Trace):
    """One run of a function at x, with variables for the arguments at ``places``.

    Attributes:
        numbers: those of the result, floats or Values.
        values: those of them that are Values.
        marks: what a :class:`Watch` has noted on the way.
    """

    __slots__ = ("marks", "name", "numbers", "values")

    def __init__(self, function: Function, x: Sequence[Any], places: Sequence[int], watch: Watch | None = None) -> None:
        super().__init__(function.fun, places, x, {})
        self.name = function.name
        self.numbers = function.numbers(self.result)
        self.values = [number for number in self.numbers if isinstance(number, Value)]
        self.marks = watch.marks if watch else []

    def floats(self) -> list[float]:
        """The numbers of the result without what they depend on."""
        return list(map(number_of, self.numbers))

    def used(self) -> list[Value]:
        """The Values from outside that the result depends on: what the function closes over, as far as it was used."""
        return self._graph(self.values).outside

    def slopes(self, nodes: Sequence[Value], *, linked: bool) -> list[list[Any]]:
        """The derivatives of each number with respect to each node, variables and nodes from outside.

        The sweep stops where it arrives at these, so that no hook of theirs runs.

        Args:
            nodes: the variables and nodes.
            linked: whether the derivatives are Values, linked to all that they depend on, or floats.
        """
        read, seed = (itself, Constant(1.0)) if linked else (data_of, 1.0)
        rows = []
        for number in self.numbers:
            found: dict[int, Any] = {}
            if isinstance(number, Value):
                with enable_grad():
                    end = identity(number)  # also where the function returned a variable, or a node from outside
                graph = self._graph([end])
                steps = adjoint_steps([*graph.outside, *graph.order], seed, read)
                for step in watched(islice(steps, len(graph.order) - len(self.variables))):
                    found.update(zip(map(id, step.node.parents), step.totals, strict=False))
            slopes = (found.get(id(node)) for node in nodes)
            rows.append([0.0 if slope is None else slope for slope in slopes])
        return rows

    def check_known(self, parents: Sequence[Value]) -> None:
        """Refuse a Value that the function uses only at points that the solver did not visit."""
        known = set(map(id, parents))
        for node in self.used():
            if id(node) not in known:
                raise GradientError(
                    f"{self.name}(): f uses {describe(node)} only in places that the solver did not come to, so that "
                    f"its part in the derivative would be lost: split the problem where f changes"
                )

    def choices(self) -> list[Choice]:
        """The choices of a watched run, in an order in which each depends only on earlier ones."""
        if not (self.marks or self.values):
            return []
        marks = [*self.marks, (tuple(self.numbers), None)]
        order = self._graph([each for operands, _ in marks for each in operands if isinstance(each, Value)]).order
        places = {id(node): number for number, node in enumerate(order, start=1)}
        found: list[Choice] = []
        done = 0
        for operands, choice in marks:
            known = max([done, *(places.get(id(each), 0) for each in operands)])
            found += filter(None, [*map(_piece, order[done:known]), choice])
            done = known
        return found


def note(function: Function, points: Iterable[Sequence[Any]], pieces: int = 0) -> None:
    """Tell the watcher of a solver's caller which way the solver's function goes at ``points``, and in how many pieces.

    Where one of these changes, the result of the solver changes its formula.
    """
    by = recording()
    if isinstance(by, Watch):
        for point in points:
            try:
                numbers = function.numbers(function.fun(*point))
            except (AutogradError, ArithmeticError, ValueError):  # it need not be defined there
                continue
            by.marks.append((tuple(numbers), None))
        by.marks.append(((), Choice(PIECES, (pieces,), tuple, None)))


def ways_of(taken: Sequence[Choice]) -> list[Any]:
    """The outcome of some choices, to be compared with others."""
    return [(choice.name, choice.taken) for choice in taken]


def _piece(node: Value) -> Choice | None:
    """The piece that an operation is on; None if it has only one."""
    op = node.op
    kink = op.kink if op is not None else None
    if op is None or kink is None or kink.edges is None:
        return None
    edges, constants, parents = kink.edges, op.constants, node.parents
    try:
        numbers = edges(*(parent._data for parent in parents), *constants)
    except ArithmeticError:  # of a quotient by 0, which is nan
        return None
    taken = tuple(math.floor(each) if kink.whole and math.isfinite(each) else each > 0.0 for each in numbers)
    return Choice(op.name, taken, lambda: edges(*parents, *constants), None, kink.whole)
