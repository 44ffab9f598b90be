"""The paths that a recorded function was seen to take, and the replay of calls along them.

A path is one run of the function: a tape with the comparisons that it made, its *guards*. It is right for exactly those
examples for which they all come out the same. An example for which one does not leaves by the *side exit* of that
guard, to the path that was recorded when it first came out so; where there is none yet, the function is run on that
example, and another path is known. A single call is a batch of one, but for a short way through plain Python.
"""

from __future__ import annotations

import threading
from collections import OrderedDict, defaultdict
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal, cast

import numpy as np

from autograd.compiled import core
from autograd.context import clock
from autograd.debugging import warn
from autograd.errors import GuardError, RecordingError, RecordingWarning
from autograd.replay.backends import BACKENDS, Kernel, c_tape, choose, load_backend, python_source
from autograd.replay.backends.expansion import expanded
from autograd.replay.optimise import eliminate_dead_code, fuse_dots, optimise
from autograd.replay.recorder import ConnectedError, Refusal, Run, run_recorded, tape_of, uncollected
from autograd.replay.signature import Plan, Signature, packed
from autograd.replay.tape import RELATIONS, Floats, Guard, Tape
from autograd.replay.watching import Watch
from autograd.replay.written import Assembly
from autograd.sweep import become, describe
from autograd.trees import TreeDef, flatten
from autograd.value import Constant, Traced, Value, Varied

__all__ = ["Branches", "Options", "Path", "UnrecordedError", "check_same"]


class UnrecordedError(Exception):
    """A call leaves all recorded paths, and recording its own does not pay yet: the plain function takes it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """The settings of :func:`~autograd.compile`; see there."""

    in_axes: Any = None
    reduce: str | None = None
    backend: str = "auto"
    on_flip: str = "record"
    max_paths: int | None = None
    domain: Literal["raise", "nan"] | None = None
    """The behaviour outside a domain. None: go on in IEEE arithmetic, unless the function catches the exception."""
    static_argnums: tuple[int, ...] = ()
    static_argnames: tuple[str, ...] = ()
    closed: bool = False
    """Nothing from outside is used, and no domain is left: what would do either is refused."""
    verify: bool | Literal["recordings"] = False
    agreed: set[int] | None = None
    """The recordings, by their hashes, that two runs have agreed on: they are not made twice again."""

    @property
    def batched(self) -> bool:
        """Whether a call is given many examples."""
        return self.in_axes is not None


class Path:
    """One way through the function.

    Attributes:
        tape: the computation, equal to eager evaluation bit for bit.
        leaves: the live leaves of the tape.
        treedef: how the results are held.
        run: the recording; None of a path from a file.
        identity: equal for recordings of the same way.
        exits: for the index of a guard the path to try where that guard comes out differently.
        kernels: the programs that replay the tape: True the one that tells the operands of the guards too.
        straight_line: the program for a single example, by
            :func:`~autograd.replay.backends.python_source.straight_line`; False if a kernel is faster.
        checked: that of the engine in C, with the guards.
    """

    def __init__(
        self, leaves: Sequence[Value], treedef: TreeDef, run: Run | None = None, tape: Tape | None = None
    ) -> None:
        self._tape = tape
        self.leaves = tuple(leaves)
        self.treedef = treedef
        self.run = run
        self.identity: Hashable = object() if run is None else run.identity()
        self.exits: dict[int, Path] = {}
        self.assembly: Assembly | None = None
        """Puts the results together."""
        self.kernels: dict[bool, Kernel] = {}
        self.straight_line: Any = None
        self.checked: Callable[[Floats, Floats, Floats], int] | None = None
        self.met: set[int] = set()
        """The guards whose side exit was met once, and leads nowhere yet."""
        self._read: tuple[int, Floats] | None = None
        self._alike: dict[tuple[str, bool], Any] = {}

    @property
    def tape(self) -> Tape:
        """The computation; that of a run is optimised when it is first asked for."""
        if (
            self._tape is None
        ):  # no cached_property: that makes a dict of the attributes, and each of them is read slower
            self._tape = optimise(cast("Run", self.run).tape)
        return self._tape

    def inputs_and_leaves(self, shared: Floats) -> Floats:
        """``shared`` followed by the present data of the live leaves."""
        if not self.leaves:
            return shared
        now = clock.now  # read before the data: a leaf that is set meanwhile is then read again next time
        read = self._read
        if read is None or read[0] != now:
            read = self._read = now, packed([leaf._data for leaf in self.leaves])
        return np.concatenate([shared, read[1]])

    def alike(self) -> Mapping[tuple[str, bool], Any]:
        """The places of the guards of each relation and outcome: there may be thousands, of few kinds."""
        if not self._alike:
            places = defaultdict[tuple[str, bool], list[int]](list)
            for index, guard in enumerate(self.tape.guards):
                places[guard.relation, guard.outcome].append(index)
            self._alike = dict(places) if len(places) > 1 else dict.fromkeys(places, slice(None))
        return self._alike


_SHORT = 1000
"""So many instructions are replayed as they are, to the last bit; of more, sums of products are fused."""
_LEAST_WORK = 180
"""The work from which on the engine in C is faster than plain Python, in instructions that are operators."""
_MANY = 32
"""After how many paths there is a word about it."""
_MOST = 64
"""How many paths are recorded, unless ``max_paths`` says otherwise; beyond them the plain function runs."""
_FEW = 8
"""So many paths are recorded when they are met first; others when they are met again."""
_MOST_EXITS = 8
"""After so many side exits in one call the plain function is as fast."""


class Branches:
    """Records and replays the calls of one signature.

    Args:
        function: the function; None if it is not at hand, as for one that was loaded.
        signature: what all these calls share.
        options: the settings.
        watch: a reference to what is asked, before a path is recorded, to watch the function and what that is handed.
    """

    def __init__(
        self,
        function: Callable[..., Any] | None,
        signature: Signature,
        options: Options,
        watch: Callable[[], Callable[[list[Any]], Watch] | None] | None = None,
    ) -> None:
        self.signature = signature
        self.known: list[Path] = []
        self._function = function
        self._name = getattr(function, "__name__", "the function")
        self._options = options
        self._watch = watch
        self._connected = ""
        self._lock = threading.Lock()
        self._backends = choose(options.backend, batched=options.batched)
        self._in_c = options.backend in ("auto", "c") and core is not None
        self._plain = options.backend in ("auto", "python") and not options.batched
        self._summed = options.reduce is not None
        self.waits = function is not None and options.on_flip == "record" and not options.verify
        """Whether the plain function may run in the place of a path that is rare."""
        self._left, self._warned = 0, False

    # --- a call -------------------------------------------------------------------------------------------

    def single(self, plan: Plan, leaves: list[Any]) -> Any:  # noqa: C901 -- in one place, for it is the shortest call
        """The result for one example: short tapes in plain Python, which takes less than to fill an array.

        Raises:
            UnrecordedError: it is better left to the plain function.
        """
        if not self._plain:
            return self(plan, leaves)
        path = self.known[0] if self.known else None
        if path is None:
            return self._first(plan, leaves)
        numbers, exits = None, 0
        while True:
            replay = path.straight_line or self._written(path)
            if not callable(replay):
                return self(plan, leaves)
            if numbers is None:
                numbers = plan.listed(leaves)
            try:
                found = replay([*numbers, *[leaf._data for leaf in path.leaves]] if path.leaves else numbers)
            except (ArithmeticError, ValueError):
                if self._options.closed:
                    raise
                return self(plan, leaves)  # outside a domain
            if not isinstance(found, int):
                assembly = path.assembly or self._assembly(path)
                return (assembly.written or assembly)(found)
            exits += 1
            follow = path.exits.get(found)
            if self.waits and (follow is None or exits > _MOST_EXITS):
                self._wait(path, found, follow)
            if follow is None:
                return self._another(path, found, numbers, plan, leaves)
            path = follow

    def _written(self, path: Path) -> Any:
        """The straight line of ``path``; False if a kernel is faster."""
        if path.straight_line is None:
            path.straight_line = not self._is_for_a_kernel(path.tape) and python_source.straight_line(path.tape)
        return path.straight_line

    def _is_for_a_kernel(self, tape: Tape) -> bool:
        if self._options.backend != "auto":
            return False
        return len(tape) > _SHORT or (self._in_c and not tape.guards and python_source.work(tape) > _LEAST_WORK)

    def _first(self, plan: Plan, leaves: list[Any]) -> Any:
        """The result of the first call, which is recorded."""
        found = self.record(plan.listed(leaves))
        self._follow(found, None)  # the numbers are of this run, also where another thread has recorded the same path
        return self._of_run(found) if self._is_short(found) else self(plan, leaves)

    def _another(self, path: Path, guard: int, numbers: list[float], plan: Plan, leaves: list[Any]) -> Any:
        """The result for an example that leaves ``path`` where no other begins yet: that of its recording."""
        found = self.record(numbers)
        self._follow(found, (path, guard))
        return self._of_run(found) if self._is_short(found) else self(plan, leaves)

    def _is_short(self, path: Path) -> bool:
        return len(cast("Run", path.run).tape) <= _SHORT or self._options.backend == "python"

    def _of_run(self, path: Path) -> Any:
        numbers = cast("Run", path.run).numbers
        if self._options.closed and not np.isfinite(numbers).all():
            raise ArithmeticError
        return path.treedef.outcome(numbers)

    def _wait(self, path: Path, guard: int, follow: Path | None) -> None:
        """Leave a call to the plain function, if that takes no longer than to record a path or to look for it.

        Raises:
            UnrecordedError: it is left to that.
        """
        known, most = len(self.known), self._options.max_paths
        if follow is None:
            if known < _FEW or (most is not None and known >= most) or (known < _MOST and guard in path.met):
                return
            path.met.add(guard)
        self._left += 1
        if self._left == _MANY:
            advice, came = self._about(path, guard)
            warn(
                f"{_MANY} calls of a compiled function were left to the plain function, which is as fast where paths "
                f"are many: {known} are recorded; the last because {came}. {advice} Or do not compile it.",
                RecordingWarning,
            )
        raise UnrecordedError

    def __call__(self, plan: Plan, leaves: list[Any]) -> Any:
        """The result for a batch, or for a batch of one."""
        options, numbers = self._options, plan.numbers(leaves)
        lanes = numbers.lanes
        path = self.known[0] if self.known else None
        if path is None or path.tape.guards or (options.batched and lanes.shape[1] == 1):
            path, results = self._by_path(numbers.shared, lanes)
        else:
            kernel = path.kernels.get(False) or self._kernel(path)
            results = kernel(path.inputs_and_leaves(numbers.shared), lanes)
        if options.closed and not np.isfinite(results).all():
            raise ArithmeticError
        if options.reduce == "mean":
            results /= lanes.shape[1]
        elif not options.batched:
            results = results[:, 0]
        plan.release(numbers)
        return (path.assembly or self._assembly(path))(results)

    def _assembly(self, path: Path) -> Assembly:
        options = self._options
        path.assembly = Assembly(path.treedef, batched=options.batched, reduced=options.reduce is not None)
        return path.assembly

    def _by_path(self, shared: Floats, lanes: Floats) -> tuple[Path, Floats]:
        """The results of examples that may follow different paths; and one of these."""
        first: Path | None = None
        results: Any = None
        for path, examples, values in self._shares(shared, lanes):
            if first is None:
                first = path
            elif path is not first:
                check_same(first.treedef, path.treedef)
            if self._summed:
                results = values if results is None else results + values
            elif isinstance(examples, slice):
                results = values
            else:
                results = np.empty((len(values), lanes.shape[1])) if results is None else results
                results[:, examples] = values
        return cast("Path", first), results

    def _shares(self, shared: Floats, lanes: Floats) -> Iterator[tuple[Path, Any, Floats]]:
        """Tell each example its path: for each path the examples that follow it, and their results.

        Raises:
            GuardError: an example follows a path that may not be recorded.
        """

        def recorded(example: int, exit_: tuple[Path, int] | None) -> Path:
            return self._follow(self.record(self.signature.example(shared, lanes[:, example])), exit_)

        waiting: list[tuple[Path, Any]] = [(self.known[0] if self.known else recorded(0, None), slice(None))]
        while waiting:
            path, examples = waiting.pop()
            part = lanes if isinstance(examples, slice) else np.ascontiguousarray(lanes[:, examples])
            values, failed = self._tried(path, shared, part)
            if failed is None:
                yield path, examples, self._results(path, shared, part) if values is None else values
                continue
            stays = failed < 0
            here = np.arange(lanes.shape[1])[examples]
            if stays.any():
                kept = np.ascontiguousarray(part[:, stays])
                yield path, here[stays], self._results(path, shared, kept) if values is None else values[:, stays]
            for guard in np.unique(failed[~stays]).tolist():
                rest = here[failed == guard]
                follow = path.exits.get(guard)
                if follow is None:
                    # The example that is recorded needs no check, so that the search ends even where
                    # rounding lets a comparison of this backend disagree with that of the recording.
                    follow = recorded(int(rest[0]), (path, guard))
                    first = np.ascontiguousarray(lanes[:, rest[:1]])
                    yield follow, rest[:1], self._results(follow, shared, first)
                    rest = rest[1:]
                if len(rest):
                    waiting.append((follow, rest))

    def _results(self, path: Path, shared: Floats, lanes: Floats) -> Floats:
        """The results of ``path``, whatever its guards say."""
        return self._kernel(path)(path.inputs_and_leaves(shared), lanes)

    def _tried(self, path: Path, shared: Floats, lanes: Floats) -> tuple[Floats | None, Any]:
        """The results of ``path``, None where only its guards were asked; and as :func:`_first_failures`."""
        summed, given, count = self._summed, path.inputs_and_leaves(shared), len(path.tape.outputs)
        checked = self._checked(path) if lanes.shape[1] == 1 else None
        if checked is not None:
            values = np.empty(count if summed else (count, 1))
            guard = checked(given, lanes, values)
            return values, None if guard < 0 else np.array([guard])
        if not path.tape.guards:
            return None, None
        found = self._kernel(path, guards=True)(given, lanes)
        operands = found if summed else found[count:]
        return None if summed else found[:count], _first_failures(path.alike(), operands)

    def _kernel(self, path: Path, *, guards: bool = False) -> Kernel:
        """The kernel that replays ``path``, made when it is first asked for.

        With ``guards`` it gives their operands, all left ones, then all right ones: after the results of every example,
        or alone, where results are summed. What guards depend on is not fused.
        """
        kernel = path.kernels.get(guards)
        if kernel is None:
            tape, summed = path.tape, self._summed and not guards
            if guards:
                outputs = [] if self._summed else tape.outputs.tolist()
                outputs += [guard.left for guard in tape.guards] + [guard.right for guard in tape.guards]
                tape = replace(tape, outputs=np.array(outputs, dtype=np.int32))
            tape = eliminate_dead_code(tape)
            fused = self._is_fused(tape)
            backends = self._backends if fused else [name for name in self._backends if name in ("c", "python")]
            with uncollected:
                kernel = _first_that_can(backends, tape, self.signature.batched, summed=summed, fused=fused)
            kernel = path.kernels.setdefault(guards, kernel)
        return kernel

    def _checked(self, path: Path) -> Callable[[Floats, Floats, Floats], int] | None:
        """The run of one example along ``path`` that tells the first guard that does not hold, where C does it."""
        if path.checked is None and self._in_c:
            tape = fuse_dots(expanded(path.tape)) if self._is_fused(path.tape) else path.tape
            path.checked = c_tape.program(tape, self.signature.batched, summed=False)
        return path.checked

    def _is_fused(self, tape: Tape) -> bool:
        """Whether sums of products may be rounded in another order; the bits of a short tape are its function's."""
        return not self._plain or len(tape) > _SHORT

    # --- recording ----------------------------------------------------------------------------------------

    def record(self, numbers: list[float]) -> Path:
        """The path that the function takes at ``numbers``, which may be known already."""
        with uncollected:
            return self._record(numbers)

    def _record(self, numbers: list[float]) -> Path:
        if self._function is None:
            raise GuardError(
                "a comparison came out as on no path of this tape, and the function itself is not at hand to record "
                "another. Compile the function, call it on such numbers too, and save it again."
            )
        if self._connected:
            raise ConnectedError(self._connected)
        watch_for = self._watch() if self._watch is not None else None
        watch = watch_for([self._function, *self.signature.handed()]) if watch_for is not None else None
        if watch is not None and watch.computed is not None and not self._options.batched:
            raise ConnectedError(f"uses {describe(watch.computed)}, which was computed outside of it")
        since = clock.tick()
        states = watch.sources.states() if watch is not None else []
        try:
            run = self._run(numbers, since)
        except ConnectedError as error:
            self._connected = str(error)
            raise
        if watch is not None and (moved := watch.sources.moved(states)):
            raise RecordingError(
                f"{self._name} {moved}: what it got would stay the same in every replay. Draw it outside and give it "
                f"as an argument, or call the function without compile()"
            )
        if run.outside and self._options.closed:
            raise ConnectedError(f"uses {describe(run.outside[0])}, which was made outside of it")
        if self._options.verify or (watch is not None and watch.sources.unsteady):
            self._make_again(run, numbers, since)
        if not self._options.verify:
            return Path(run.leaves, run.treedef, run)
        use = run.identity(), self.signature.batched, tuple(self._backends), self._plain, self._summed
        tape, kernels = _KNOWN.of(run.tape, use)
        path = Path(run.leaves, run.treedef, run, tape)
        path.kernels = kernels
        return path

    def _make_again(self, run: Run, numbers: list[float], since: int) -> None:
        """Refuse a recording that comes out otherwise when it is made again, unless two runs have agreed on it."""
        agreed = self._options.agreed
        agreed, digest = (set(), 0) if agreed is None else (agreed, run.digest())
        if digest not in agreed:
            trusted = {*agreed, digest}
            agreed.clear()  # a function that is refused had agreed by chance, if it ever did
            run.check_again(self._name, self._run(numbers, since))
            agreed |= trusted

    def _run(self, numbers: list[float], since: int) -> Run:
        """One run of the function at ``numbers``."""
        function, domain = cast("Callable[..., Any]", self._function), self._options.domain
        labels = self.signature.labels(function)
        variables = [Traced(number, label) for number, label in zip(numbers, labels, strict=True)]
        try:
            result, comparisons = run_recorded(lambda: self.signature.call(function, variables), domain, variables)
        finally:
            for each in variables:  # the function has returned, also where it raised
                become(each, Varied)
        outputs, treedef = flatten(result, f"the result of {self._name}")
        roots = [output if isinstance(output, Value) else Constant(output) for output in outputs]
        recorded = tape_of(roots, variables, comparisons, since)
        before = tuple(leaf for leaf in recorded.leaves if leaf._version < since)
        return Run(*recorded, treedef, before, [root._data for root in roots])

    def _follow(self, found: Path, by: tuple[Path, int] | None) -> Path:
        """``found`` as a path that is known from now on, by that side exit; if it was already, the one that is."""
        with self._lock:
            for path in self.known:
                if path.identity == found.identity:
                    return path
            if by is not None:
                if not self._check_allowed(*by):
                    return found
                by[0].exits.setdefault(by[1], found)
            self.known.append(found)
            return found

    def _about(self, path: Path, index: int) -> tuple[str, str]:
        """A guard that came out otherwise: what to do about it, and what happened."""
        guard = path.tape.guards[index]
        refused = _refused_by(path.tape, guard)
        what = (
            f"{refused.of.name} {'was' if guard.outcome else 'was not'} outside its domain when this was recorded, and "
            f"{'is not' if guard.outcome else 'is'} now"
            if refused
            else f"a comparison {guard.relation!r} that was recorded as {guard.outcome} came out {not guard.outcome}"
        )
        return _advice(refused, guard), f"{what}, at {guard.site or 'an unknown line'}"

    def _check_allowed(self, path: Path, index: int) -> bool:
        """Whether another path is kept, that begins at a side exit; False where there are so many already."""
        known, most = len(self.known), self._options.max_paths
        advice, came = self._about(path, index)
        if self._options.on_flip == "raise":
            raise GuardError(f"{came}. With on_flip='record' another path would be recorded.")
        if most is not None and known >= most:
            raise GuardError(
                f"{came}, and max_paths={most} are recorded. {advice} Or raise max_paths, or call the function without "
                f"compile()."
            )
        if most is None and known >= _MOST:
            if not self._warned:
                self._warned = True
                warn(
                    f"{known} paths of a compiled function are recorded, and no more are kept: where none of them fits "
                    f"the function is run again in each call; here because {came}. {advice} Or set max_paths.",
                    RecordingWarning,
                )
            return False
        if known == _MANY and (most is None or most > _MANY):
            warn(
                f"{_MANY} paths of a compiled function are recorded, and each new one costs a run of it; the last "
                f"because {came}. {advice} Or set max_paths={_MANY}, to be refused more.",
                RecordingWarning,
            )
        return True

    def check(self, numbers: list[float]) -> None:
        """Refuse a function that does otherwise now at ``numbers`` than on the path that is replayed for them.

        Raises:
            RecordingError: it depends on something that has changed since, and that cannot be watched.
        """
        again, runs = self._run(numbers, clock.tick()), [path.run for path in self.known if path.run is not None]
        if all(run.difference(again) for run in runs):
            followed = next((run for run in runs if _holds(run, numbers)), runs[0])
            followed.check_again(self._name, again, "run again at the numbers of a call")


# --- kernels ----------------------------------------------------------------------------------------------


def _first_that_can(backends: list[str], tape: Tape, batched: tuple[bool, ...], *, summed: bool, fused: bool) -> Kernel:
    """The kernel of the first backend that knows all operations; the last one's refusal is the caller's.

    Whether an operation refuses its inputs is told by running it in Python, where NumPy's result is not finite.
    """
    if any(isinstance(op, Refusal) for op in tape.ops):
        needed = eliminate_dead_code(tape.returning(tape.outputs.tolist()))
        if any(isinstance(op, Refusal) for op in needed.ops) and backends != ["python"]:
            backends = ["c", "numpy"] if backends[0] == "c" and not any(batched) else ["numpy"]
    for name in backends[:-1]:
        try:
            return _built_by(name, tape, batched, summed=summed, fused=fused)
        except NotImplementedError:
            continue
    return _built_by(backends[-1], tape, batched, summed=summed, fused=fused)


def _built_by(name: str, tape: Tape, batched: tuple[bool, ...], *, summed: bool, fused: bool) -> Kernel:
    tape = fuse_dots(expanded(tape, folds=not BACKENDS[name].folds)) if fused and BACKENDS[name].fuses else tape
    if tape.guards:
        tape = eliminate_dead_code(tape.returning(tape.outputs.tolist()))
    return load_backend(name)(tape, batched, summed)


class _Known:
    """Tapes that were replayed before, with their kernels: a function that is recorded anew costs its recording alone.

    A tape is known by all that it holds, so what is kept can never be out of date; the least recently used go first.
    """

    _MOST_INSTRUCTIONS = 200_000

    def __init__(self) -> None:
        self._kept: OrderedDict[Hashable, tuple[Tape, dict[bool, Kernel]]] = OrderedDict()
        self._lock = threading.Lock()

    def of(self, tape: Tape, use: Hashable) -> tuple[Tape, dict[bool, Kernel]]:
        """``tape`` as it is replayed, and the kernels that were built of it for ``use``."""
        key = tape.ops, tape.labels, use
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key]
        found = optimise(tape), dict[bool, Kernel]()
        with self._lock:
            found = self._kept.setdefault(key, found)
            while len(self._kept) > 1 and sum(len(kept) for kept, _ in self._kept.values()) > self._MOST_INSTRUCTIONS:
                self._kept.popitem(last=False)
        return found


_KNOWN = _Known()


# --- guards -----------------------------------------------------------------------------------------------


def _first_failures(alike: Mapping[tuple[str, bool], Any], operands: Floats) -> Any:
    """For each example the index of the first guard that does not hold, or -1; None if all hold for all."""
    left, right = operands[: len(operands) // 2], operands[len(operands) // 2 :]
    fails = np.empty(left.shape, dtype=bool)
    for (relation, outcome), which in alike.items():
        fails[which] = RELATIONS[relation](left[which], right[which]) != outcome
    return np.where(fails.any(axis=0), fails.argmax(axis=0), -1) if np.count_nonzero(fails) else None


def _holds(run: Run, numbers: list[float]) -> bool:
    """Whether all guards come out as they were recorded."""
    try:
        run.tape.run(numbers, [leaf._data for leaf in run.leaves])
    except GuardError:
        return False
    return True


def _refused_by(tape: Tape, guard: Guard) -> Refusal | None:
    """The question for an operation's domain that a guard asks; None of a comparison that the user wrote."""
    ops = [tape.ops[code] for code in tape.code[tape.dest == guard.left].tolist()]
    return ops[0] if ops and isinstance(ops[0], Refusal) else None


_FUNCTIONS = {"<": "less", "<=": "less_equal", ">": "greater", ">=": "greater_equal", "==": "equal", "!=": "not_equal"}


def _advice(refused: Refusal | None, guard: Guard) -> str:
    if refused:
        return f"Choose an input in the domain with where(), which needs no path, before {refused.of.name} meets it."
    return (
        f"Choose with where({_FUNCTIONS[guard.relation]}(a, b), x, y) rather than by 'a {guard.relation} b', or with "
        f"maximum() or minimum(): they need no paths. A loop whose length depends on the numbers needs a path for each "
        f"length: give it a fixed length, and stop changing what it computes with where()."
    )


def check_same(treedef: TreeDef, other: TreeDef) -> None:
    """Refuse paths of one batch whose results have different structures."""
    if not treedef.returns_as(other) or treedef.static() != other.static():
        raise TypeError(
            f"the examples of a batch must have results of one structure; on one path it is {treedef}, "
            f"on another {other}"
        )
