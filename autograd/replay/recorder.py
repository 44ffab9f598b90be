"""From a function, or from a graph, to a tape.

While a function is recorded it runs on Values, as always, and the graph that they build is what it computed. Only
what a graph cannot show needs watching: the comparisons, which become guards, and the places where a plain float
is taken out, which would freeze a number and are refused.
"""

from __future__ import annotations

import dis
import functools
import gc
import itertools
import math
import sys
import threading
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import chain, compress
from operator import attrgetter
from types import CodeType, FrameType
from typing import Any, Literal, NamedTuple, NoReturn
from weakref import ref

import numpy as np
from numpy.typing import NDArray

from autograd.compiled import core
from autograd.context import current, errstate, handed, is_ours, recorded_in, tracing, watching_domains
from autograd.conversions import CONVERSIONS
from autograd.debugging import Site, calling_site, clarify, replacements
from autograd.errors import DomainError, RecordedConversionError, RecordingError
from autograd.primitives import Primitive, as_float
from autograd.replay.tape import Guard, Tape, distinct
from autograd.sweep import check_fresh, describe, walk
from autograd.trees import TreeDef
from autograd.value import Constant, Value, node_of

__all__ = [
    "REFUSAL", "ConnectedError", "Recorded", "Recorder", "Refusal", "Run", "can_refuse", "is_caught", "record",
    "refusal_of", "run_recorded", "tape_of", "uncollected",
]  # fmt: skip


class ConnectedError(RecordingError):
    """A function uses a value that was computed outside of it: a recording would lose its connection to that."""


class Comparison(NamedTuple):
    """A comparison of Values that came out as ``outcome``."""

    relation: str
    left: Value
    right: Value
    outcome: bool
    site: Site


class Recorded(NamedTuple):
    """A tape, and the leaves whose present data it reads."""

    tape: Tape
    leaves: tuple[Value, ...]


_NEVER_REFUSE: set[Primitive] = set()
"""Operations that were found to be defined everywhere."""


class Recorder:
    """Watches one run of a function; see :class:`autograd.context.Recording`."""

    def __init__(self, may_raise: float = math.inf) -> None:
        self.comparisons: list[Comparison] = []
        self.errors: list[ref[DomainError]] = []
        """The errors that were raised for the user's code to catch."""
        self.unseen: RecordingError | None = None
        """The refusal of what another thread did."""
        self._may_raise = may_raise

    def computed(self, op: Primitive, parents: tuple[Value, ...]) -> float:
        """The value of ``op``; a guard, where it matters whether that is in its domain."""
        inputs = tuple([parent._data for parent in parents])
        try:
            data = op.forward(*inputs)
        except (ArithmeticError, ValueError) as error:
            raises = self.raises()
            if self._matters():
                self._keep(op, parents, refused=True)
            if not raises:
                return op.ieee_value(error, inputs)
            labels = tuple(parent.label for parent in parents)
            raise self.raised(op.refusal(error, inputs, labels)) from None if op.builtin else error
        if op not in _NEVER_REFUSE and self._could_have_refused(op, parents):
            self._keep(op, parents, refused=False)
        return data if type(data) is float else as_float(data, f"the result of {op.name}")

    def _could_have_refused(self, op: Primitive, parents: tuple[Value, ...]) -> bool:
        if not can_refuse(op):
            _NEVER_REFUSE.add(op)
            if core:
                core.defined_everywhere(op)
            return False
        return self._matters() and any(type(parent) is not Constant for parent in parents)

    def _matters(self) -> bool:
        return current().domain == "noted" or is_caught(sys._getframe(1), _RECORDING)  # noqa: SLF001 -- CPython's way to the calling frames

    def raises(self) -> bool:
        """Whether an operation outside its domain raises now."""
        return current().domain == "noted" or (
            len(self.errors) < self._may_raise and is_caught(sys._getframe(1), _RECORDING)  # noqa: SLF001 -- as above
        )

    def raised(self, error: DomainError) -> DomainError:
        """Note an error that is raised for the user's code to catch."""
        if current().domain == "handled":
            self.errors.append(ref(error))
        return error

    def _keep(self, op: Primitive, parents: tuple[Value, ...], *, refused: bool) -> None:
        asked = node_of(refusal_of(op), parents, float(refused))
        self.comparisons.append(Comparison("!=", asked, Constant(0.0), refused, calling_site()))

    def guard(self, relation: str, left: Value, right: Any, outcome: bool) -> None:  # noqa: FBT001 -- see the protocol
        """Keep a comparison."""
        if not isinstance(right, Value):
            number = as_float(right, f"the comparison {relation!r}")
            if number != right and right == right:
                raise RecordingError(
                    f"{describe(left)} is compared with {right!r}, which no float equals, at {calling_site()}. "
                    f"A recorded comparison is made on floats: compare with {number!r}."
                )
            right = Constant(number)
        self.comparisons.append(Comparison(relation, left, right, outcome, calling_site()))

    def refuse(self, node: Any, taking: str, *, elsewhere: bool = False) -> NoReturn:
        """Refuse what would freeze the number of this one run in the recording.

        Args:
            node: the Value; None if it is a setting that is refused.
            taking: in words, for the message.
            elsewhere: in a thread without this recorder. The function may not see the error there, so it is kept.
        """
        site = calling_site()
        if elsewhere:
            self.unseen = RecordingError(
                f"{taking} of {describe(node)} in a thread that a function which is being recorded gave it to, at "
                f"{site}: what happens there is not seen, and would stay as it is now in every replay. Start the "
                f"thread with contextvars.copy_context().run, or do not compile"
            )
            raise self.unseen
        what = f" of {describe(node)}" if isinstance(node, Value) else ""
        kind = RecordedConversionError if taking in CONVERSIONS else RecordingError
        raise kind(f"{taking}{what} in a function that is being recorded, at {site}. {_advice(taking, site)}")

    def check_seen(self) -> None:
        """Raise the refusal of what another thread did."""
        if self.unseen is not None:
            raise self.unseen


_ADVICE = {
    "backward()": "A recording cannot set gradients: compile(value_and_grad(f)) returns them.",
    "backward_steps()": "A recording cannot set gradients: compile(value_and_grad(f)) returns them.",
    "zero_grad()": "A recording sets no gradients: those of compile(value_and_grad(f)) are fresh at each call.",
    ".data = ...": "A recording cannot set leaves: return the new number, and set the leaf outside.",
    ".grad = ...": "A recording cannot set gradients: return them, and set them outside.",
    "index()": (
        "A whole number that shapes the program, such as the length of a loop, must be named in static_argnums or "
        "static_argnames of compile(); an element is picked by a recorded index with autograd.take(values, index)."
    ),
    "detect_anomaly()": "A replay is not watched: put it around the call of the compiled function.",
    "no_grad()": "It would cut the recording: leave it out, since replays build no graph.",
}
for _solver in ("root", "minimum", "quad", "solve_ivp"):
    _ADVICE[f"implicit.{_solver}()"] = (
        "How many steps a solver takes depends on the numbers: call it outside of the compiled function and hand over "
        "the result as an argument, or do not compile."
    )


def _advice(taking: str, site: Site) -> str:
    """The way out; where the line calls functions of a library that autograd has too, those."""
    if taking in _ADVICE:
        return _ADVICE[taking]
    called = replacements(site)
    instead = f"Use {' and '.join(called)}" if called else "Keep it a Value and use autograd's functions"
    return f"The plain float would stay as it is now in every replay. {instead}."


class _Uncollected:
    """Python's cyclic collector off, while any thread is inside: what is made there stays, and holds no cycle.

    It would look through a million nodes again and again, which is a third of the time that a recording takes.
    """

    def __init__(self) -> None:
        self._inside = 0
        self._was_on = False
        self._lock = threading.Lock()

    def __enter__(self) -> None:
        with self._lock:
            if not self._inside:
                self._was_on = gc.isenabled()
                gc.disable()
            self._inside += 1

    def __exit__(self, *_: object) -> None:
        with self._lock:
            self._inside -= 1
            if not self._inside and self._was_on:
                gc.enable()


uncollected = _Uncollected()


def run_recorded(
    function: Callable[[], Any], domain: Literal["raise", "nan"] | None = None, variables: Sequence[Value] = ()
) -> tuple[Any, list[Comparison]]:
    """The result of ``function()``, and the comparisons that it made on the way.

    Args:
        function: takes nothing, for its arguments are recording Values already.
        variables: these, where the function is a user's, who may hand them to a thread.
        domain: what an operation does outside its domain: raise, or go on in IEEE arithmetic. None: the latter, unless
            the function catches the exception.
    """
    may_raise: float = math.inf
    while True:
        recorder = Recorder(may_raise)
        domains = errstate("nan") if domain == "nan" else watching_domains(noted=domain == "raise")
        handed.update(dict.fromkeys(map(id, variables), recorder))
        try:
            with tracing(), domains, recorded_in(recorder):
                result = function(), recorder.comparisons
            recorder.check_seen()
        except DomainError as error:
            escaped = [place for place, raised in enumerate(recorder.errors) if raised() is error]
            if not escaped:
                raise
            (may_raise,) = escaped  # nobody caught it: from there on in IEEE arithmetic
        except Exception as error:
            if recorder.unseen is not error:
                recorder.check_seen()
            clarify(error)
            raise
        else:
            return result
        finally:
            for each in variables:
                del handed[id(each)]


_RECORDING = run_recorded.__code__


def record(roots: Any, inputs: Iterable[Value] = ()) -> Tape:
    """The tape of an existing graph.

    Only what the graph shows is on the tape. Comparisons that were made while it was built are not: use
    :func:`~autograd.compile` on the function for those.

    Args:
        roots: a Value, or a list of them: the outputs.
        inputs: the leaves that become inputs, in order. Other leaves become live leaves in the order in which
            the graph meets them, constants become constants.

    Raises:
        TypeError: a root or an input is not a Value.
        ValueError: an input is computed, or is named twice.
        StaleGraphError: a leaf changed after the graph was built.

    >>> from autograd import Value, record
    >>> x, y = Value(2.0, "x"), Value(3.0, "y")
    >>> tape = record(x * y + x, inputs=[x, y])
    >>> tape.run([5.0, 7.0])
    [40.0]
    """
    outputs = [roots] if isinstance(roots, Value) else list(roots)
    given = list(inputs)
    for place, node in [*(("a root", root) for root in outputs), *(("an input", leaf) for leaf in given)]:
        if not isinstance(node, Value):
            raise TypeError(f"record() takes Values; {place} is {node!r}")
    for leaf in given:
        if leaf.op is not None:
            raise ValueError(f"record(inputs=...) takes leaves; {describe(leaf)} is computed")
    if len(set(map(id, given))) < len(given):
        raise ValueError("record(inputs=...) names a leaf twice")
    return tape_of(outputs, given).tape


def tape_of(
    outputs: Sequence[Value], inputs: Sequence[Value], comparisons: Iterable[Comparison] = (), since: int = 0
) -> Recorded:
    """The tape that computes ``outputs`` and makes ``comparisons``, each as soon as its operands are known.

    Args:
        outputs: the results.
        inputs: the leaves that become inputs.
        comparisons: what becomes guards.
        since: the time from which on nodes belong to the recording.

    Raises:
        ConnectedError: a node was computed before that time, or is the variable of another function, which goes on.
    """
    comparisons = list(comparisons)
    roots = [node for each in comparisons for node in (each.left, each.right)]
    found: list[Value] = list(inputs)
    walk([*roots, *outputs], found, found, since)
    del found[: len(inputs)]
    made_by = list(map(_op_of, found))
    computed, ops = list(compress(found, made_by)), list(filter(None, made_by))
    ends = [node for node, op in zip(found, made_by, strict=True) if op is None]
    constants = [node for node in ends if type(node) is Constant]
    leaves = [node for node in ends if type(node) is not Constant]
    for leaf in leaves:
        if leaf.traced and leaf._version < since:
            raise ConnectedError(f"uses {describe(leaf)} inside a transform")

    numbers, which = distinct([node._data for node in constants])
    first = len(inputs) + len(leaves)
    before = first + len(numbers)
    nodes = [*inputs, *leaves, *constants, *computed]
    slots = np.concatenate([np.arange(first), first + which, before + np.arange(len(computed))])
    graph = _numbered(nodes, len(nodes) - len(computed), [*roots, *outputs])
    versions = graph.versions[len(nodes) - len(computed) :]
    old = versions < since
    if old.any():
        raise ConnectedError(f"uses {describe(computed[int(np.argmax(old))])}, which was computed outside of it")
    newer = graph.versions[graph.operands] > np.repeat(versions, graph.counts)
    if newer.any():
        check_fresh(computed[int(np.searchsorted(np.cumsum(graph.counts), np.argmax(newer), side="right"))])

    guards, at = [], 0
    asked = slots[graph.wanted[: len(roots)]].reshape(-1, 2).tolist()
    for (relation, _, _, outcome, site), (left, right) in zip(comparisons, asked, strict=True):
        at = max(at, 1 + left - before, 1 + right - before)  # as soon as all that it asks about is known
        guards.append(Guard(relation, left, right, outcome, at, str(site)))
    codes = {op: code for code, op in enumerate(dict.fromkeys(ops))}
    labels = [*map(_label_of, inputs), *map(_label_of, leaves)] + [""] * len(numbers)
    tape = Tape(
        ops=tuple(codes),
        code=np.fromiter(map(codes.__getitem__, ops), np.int32, len(ops)),
        start=np.concatenate([[0], np.cumsum(graph.counts)]),
        args=slots[graph.operands],
        dest=np.arange(before, before + len(computed), dtype=np.int32),
        constants=numbers,
        outputs=slots[graph.wanted[len(roots) :]],
        n_inputs=len(inputs),
        n_leaves=len(leaves),
        n_slots=before + len(computed),
        guards=tuple(guards),
        labels=(*labels, *map(_label_of, computed)),
    )
    return Recorded(tape, tuple(leaves))


_op_of, _label_of = attrgetter("op"), attrgetter("_label")


class _Numbered(NamedTuple):
    """A graph in numbers."""

    versions: NDArray[np.int64]
    """Of each node."""
    counts: NDArray[np.int64]
    """How many operands each computed node has."""
    operands: NDArray[np.int64]
    """The places of these among the nodes."""
    wanted: NDArray[np.int64]
    """The places of some nodes."""


def _numbered(nodes: list[Any], first: int, wanted: list[Any]) -> _Numbered:
    """The graph of ``nodes``, of which those from ``first`` on are computed, with the places of those ``wanted``."""
    if core and (columns := core.numbered(nodes, first, wanted)):
        return _Numbered(*[np.frombuffer(column, np.int64) for column in columns])
    place = dict(zip(nodes, range(len(nodes)), strict=True))
    parents = [node.parents for node in nodes[first:]]
    columns = (
        [node._version for node in nodes],
        [*map(len, parents)],
        [place.get(parent, 0) for parent in chain(*parents)],  # of a node from before, which is refused, none is there
        [place[node] for node in wanted],
    )
    return _Numbered(*[np.array(column, np.int64) for column in columns])


# --- runs compared ----------------------------------------------------------------------------------------


class Run(NamedTuple):
    """One run of a function, recorded, and how another run at the same numbers may differ from it."""

    tape: Tape
    leaves: tuple[Value, ...]
    """The leaves whose present data the tape reads."""
    treedef: TreeDef
    """How the results are held."""
    outside: tuple[Value, ...]
    """The leaves that were there before it ran."""
    numbers: list[float]
    """The numbers that it returned."""

    def identity(self) -> Hashable:
        """Equal for two recordings of the same way through a function."""
        tape = self.tape
        ops = tuple((op.name, op.constants) for op in tape.ops)
        arrays = tuple(
            getattr(tape, name).tobytes() for name in ("code", "start", "args", "dest", "constants", "outputs")
        )
        return ops, arrays, tape.guards, tape.n_leaves

    def digest(self) -> int:
        """Equal for two runs that did the same in all that :meth:`difference` compares."""
        return hash((self.identity(), tuple(map(id, self.leaves)), self.treedef.key(), self.treedef.bools))

    def check_again(self, name: str, again: Run, when: str = "run twice at the same numbers") -> None:
        """Refuse a function that did something else when it was run again at the same numbers.

        Raises:
            RecordingError: it depends on more than its arguments and the leaves it reads, as on a random number.
        """
        difference = self.difference(again)
        if difference:
            raise RecordingError(
                f"{name} is not a function of its inputs: {when} it {difference}. A random number, a counter, the "
                f"clock or the like would stay in every replay as it was when it was recorded"
            )

    def difference(self, second: Run) -> str:
        """How the second run differs from this one, in words; empty if it does not."""
        tape, leaves, again, leaves_again = self.tape, self.leaves, second.tape, second.leaves
        numbers, others = tape.constants.tolist(), again.constants.tolist()
        changed = [pair for pair in zip(numbers, others, strict=False) if repr(pair[0]) != repr(pair[1])]
        found = {
            f"compared otherwise ({len(tape.guards)} comparisons, then {len(again.guards)})": (
                [guard.outcome for guard in tape.guards] != [guard.outcome for guard in again.guards]
            ),
            f"read other leaves ({len(leaves)}, then {len(leaves_again)})": (
                [*map(id, leaves)] != [*map(id, leaves_again)]
            ),
            f"returned {self.treedef}, then {second.treedef}": not self.treedef.returns_as(second.treedef),
            f"used {len(numbers)} numbers of its own, then {len(others)}": len(numbers) != len(others),
            f"used the number {changed[0][0]!r}, then {changed[0][1]!r}" if changed else "": bool(changed),
            f"did other operations ({len(tape)}, then {len(again)})": self.identity() != second.identity(),
        }
        return next((words for words, differs in found.items() if differs), "")


# --- where an operation leaves its domain -----------------------------------------------------------------


@dataclass(frozen=True, eq=False, kw_only=True)
class Refusal(Primitive):
    """Whether an operation refuses its inputs: 1 where it does, else 0. Exists on tapes alone."""

    of: Primitive = field()


REFUSAL = "refusal of "
"""How the name of a refusal begins, before that of its operation."""


@functools.lru_cache(maxsize=4096)
def refusal_of(op: Primitive) -> Refusal:
    """Whether ``op`` refuses its inputs, as an operation.

    >>> from autograd import log
    >>> refusal_of(log).forward(-1.0), refusal_of(log).forward(2.0)
    (1.0, 0.0)
    """
    return Refusal(
        name=REFUSAL + op.name,
        forward=_refuses(op.forward),
        partials=lambda *inputs: (0.0,) * (len(inputs) - 1),
        arity=op.arity,
        captures=0,
        constants=op.constants,
        base=refusal_of(op.base) if op.base else None,
        builtin=True,
        of=op,
    )


def _refuses(forward: Callable[..., float]) -> Callable[..., float]:
    def refuses(*inputs: float) -> float:
        try:
            forward(*inputs)
        except (ArithmeticError, ValueError):
            return 1.0
        return 0.0

    return refuses


_HARD = (
    math.nan, math.inf, -math.inf, 0.0, -0.0, 5e-324, -5e-324, 1e-9, 0.5, -0.5, 1.0, -1.0, 1.5, -1.5, 2.0, -2.0, 3.0,
    -3.0, 800.0, -800.0, 1e17, -1e17, 1.7e308, -1.7e308,
)  # fmt: skip
"""Where an operation refuses its input, if it refuses any: beyond the ends of all domains, at poles, at overflow."""


@functools.lru_cache(maxsize=4096)
def can_refuse(op: Primitive) -> bool:
    """Whether ``op`` is refused at some inputs; of a user's own it is taken to be."""
    if not op.builtin:
        return True
    refuses = _refuses(op.forward)
    refused = any(
        refuses(*inputs)
        for arity in ((2, 4) if op.arity is None else (op.arity,))
        for inputs in itertools.product(_HARD if arity < 3 else _HARD[:6] + _HARD[-2:], repeat=arity)
    )
    np.add(0.0, 0.0)  # clears the processor's marks of overflow, of which NumPy would warn after a loop over Values
    return refused


# --- what the user's code catches -------------------------------------------------------------------------

_OUR_SETTINGS = {"scope", "no_grad", "enable_grad", "errstate", "detect_anomaly"}
"""The ``with`` blocks, by name, that are known to let exceptions pass."""


def is_caught(frame: FrameType | None, last: CodeType) -> bool:
    """Whether the user's code from ``frame`` out to the call of ``last`` would catch an exception raised now."""
    while frame is not None and frame.f_code is not last:
        code = frame.f_code
        if code.co_exceptiontable and not is_ours(code.co_filename):
            at = frame.f_lasti
            if any(start <= at < end for start, end in _catching(code)):
                return True
        frame = frame.f_back
    return False


@functools.lru_cache(maxsize=1024)
def _catching(code: CodeType) -> tuple[tuple[int, int], ...]:
    """The ranges of instructions in ``code`` whose exceptions it handles, other than by cleaning up."""
    instructions = list(dis.get_instructions(code))
    place = {instruction.offset: index for index, instruction in enumerate(instructions)}
    found = []
    for entry in dis.Bytecode(code).exception_entries:  # type: ignore[attr-defined]  # not in the stubs
        handler = instructions[place[entry.target] : place[entry.target] + 2]
        if handler[0].opname != "PUSH_EXC_INFO":
            continue
        if handler[1].opname == "WITH_EXCEPT_START" and _is_our_setting(instructions, place[entry.start]):
            continue
        found.append((entry.start, entry.end))
    return tuple(found)


def _is_our_setting(instructions: Sequence[dis.Instruction], start: int) -> bool:
    """Whether the block that starts here is entered by one of this library's settings."""
    line = _line(instructions[start - 1])
    names = set()
    for instruction in reversed(instructions[:start]):
        if _line(instruction) != line:
            break
        if isinstance(instruction.argval, str):
            names.add(instruction.argval)
    return not names.isdisjoint(_OUR_SETTINGS)


def _line(instruction: dis.Instruction) -> int | None:
    return instruction.positions.lineno if instruction.positions else None
