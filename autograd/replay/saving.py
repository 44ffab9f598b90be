"""Tapes and compiled functions as files: JSON text, so that loading reads data and runs nothing.

A file names operations, and numbers in hexadecimal so that each comes back to the bit; what it names is looked up in
the table of primitives. A class is written as its name and those of its fields: whoever loads a file hands the classes
over, and an instance is made without running any of their code. A digest tells damage, and everything is verified
before it is used.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
import math
import os
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from pathlib import Path as FilePath
from typing import Any

import numpy as np
import optree

from autograd.errors import TapeError
from autograd.files import check_target, write_whole
from autograd.primitives import PRIMITIVES, Primitive
from autograd.replay.backends import choose
from autograd.replay.branches import Branches, Options, Path
from autograd.replay.optimise import separate_slots
from autograd.replay.recorder import REFUSAL, Refusal, refusal_of
from autograd.replay.signature import Signature, Static, StaticArguments, is_static
from autograd.replay.tape import FUSED_DOT, Guard, Tape
from autograd.trees import Leaf, TreeDef, declared, made, shown, static_parts, treedef_of, variables_of
from autograd.value import Value

__all__ = [
    "axes_from_data", "read_compiled", "sealed", "tape_from_data", "tape_to_data", "treedef_from_data",
    "write_compiled",
]  # fmt: skip

Data = dict[str, Any]

_FORMAT, _VERSION, _KIND, _DIGEST = "chainrule tape", 1, "compiled", "sha256"
_LARGEST_FILE = 2**30
_LARGEST = 2**31
_INDEX_ARRAYS = ("code", "start", "args", "dest", "outputs")


def _read_file(path: str | os.PathLike[str]) -> Data:
    """The data at ``path``, its head and its digest checked."""
    file = _file(path)
    size = file.stat().st_size
    if size > _LARGEST_FILE:
        raise TapeError(f"{file} has {size} bytes, more than a tape may have ({_LARGEST_FILE})")
    content = file.read_bytes()
    if content.startswith(b"PK\x03\x04"):
        raise TapeError(
            f"{file} is not a tape: it is a zip archive, as a saved model is, which nn.load(model, path) reads"
        )
    try:
        data = json.loads(content.decode("ascii"))
        intact = isinstance(data, dict) and data == sealed(data)
    except (ValueError, RecursionError) as error:
        raise TapeError(f"{file} is not a tape, or is damaged: {error}. Save it again.") from None
    if not isinstance(data, dict) or data.get("format") != _FORMAT:
        raise TapeError(f"{file} is not a tape of this package")
    if data.get("version") != _VERSION:
        raise TapeError(f"{file} is of version {data.get('version')!r}; this package reads version {_VERSION}")
    if not intact:
        raise TapeError(f"{file} is damaged: its content is not what its digest was made of. Save it again.")
    if _as_record(data, kind=object)["kind"] != _KIND:
        raise TapeError(f"damaged tape: a {data['kind']!r} is not a compiled function")
    return data


def sealed(data: Data) -> Data:
    """``data`` with the digest of all its other entries, by which damage shows: a changed digit is a wrong number."""
    content = {name: entry for name, entry in data.items() if name != _DIGEST}
    text = json.dumps(content, ensure_ascii=True, sort_keys=True)
    return {**data, _DIGEST: hashlib.sha256(text.encode("ascii")).hexdigest()}


def _file(path: Any) -> FilePath:
    try:
        return FilePath(path)
    except TypeError:
        raise TypeError(f"a compiled function is saved and loaded by the path of a file, not {path!r}") from None


# --- tapes ------------------------------------------------------------------------------------------------


def tape_to_data(tape: Tape) -> Data:
    """``tape`` as numbers, strings, lists and dicts.

    Raises:
        TypeError: an operation is not the one that its name stands for now.
    """
    for op in tape.ops:
        if _named(op.name) is not (op.base or op) and not isinstance(op, Refusal):
            raise TypeError(
                f"the tape uses an operation {op.name!r} other than the one that is called so now: record it again"
            )
    return {
        "ops": [[op.name, [constant.hex() for constant in op.constants]] for op in tape.ops],
        **{name: getattr(tape, name).tolist() for name in _INDEX_ARRAYS},
        "constants": [constant.hex() for constant in tape.constants.tolist()],
        "inputs": tape.n_inputs,
        "leaves": tape.n_leaves,
        "slots": tape.n_slots,
        "guards": [list(guard) for guard in tape.guards],
        "labels": list(tape.labels),
    }


def tape_from_data(data: Any) -> Tape:
    """The tape that ``data`` describes, verified.

    Raises:
        TapeError: it describes none.
    """
    found = _as_record(
        data, constants=[str], labels=[str], inputs=int, leaves=int, code=[int], start=[int], args=[int], dest=[int],
        outputs=[int], ops=[list], slots=int, guards=[list],
    )  # fmt: skip
    constants = list(map(_number, found["constants"]))
    if len(found["labels"]) != found["inputs"] + found["leaves"] + len(constants) + len(found["code"]):
        raise TapeError("damaged tape: not one label for each input, leaf, constant and instruction")
    return Tape(
        ops=tuple(map(_operation, found["ops"])),
        **{name: np.array(found[name], dtype=np.int32) for name in _INDEX_ARRAYS},
        constants=np.array(constants, dtype=np.float64),
        n_inputs=found["inputs"],
        n_leaves=found["leaves"],
        n_slots=found["slots"],
        guards=tuple(map(_guard, found["guards"])),
        labels=tuple(found["labels"]),
    ).verify()


def _named(name: str) -> Primitive | None:
    return FUSED_DOT if name == FUSED_DOT.name else PRIMITIVES.get(name)


def _operation(entry: list[Any]) -> Primitive:
    match entry:
        case [str(name), list(constants)]:
            refuses = name.startswith(REFUSAL)
            op = _named(name.removeprefix(REFUSAL))
            if op is None:
                raise TapeError(
                    f"the tape uses an operation {name!r} that is not defined here: define it with primitive() first"
                )
            if refuses or len(constants) in (0, op.captures):
                try:
                    captured = op.capture(*map(_number, constants)) if constants else op
                except TypeError as error:
                    raise TapeError(f"damaged tape: {error}") from None
                return refusal_of(captured) if refuses else captured
    raise TapeError(f"damaged tape: {shown(entry)} is not an operation")


def _guard(entry: list[Any]) -> Guard:
    if list(map(type, entry)) == [str, int, int, bool, int, str]:
        return Guard(*entry)
    raise TapeError(f"damaged tape: {shown(entry)} is not a guard")


def _number(text: Any) -> float:
    if isinstance(text, str):
        try:
            return float.fromhex(text)
        except (ValueError, OverflowError):
            pass
    raise TapeError(f"damaged tape: {shown(text)} is not a number")


def _as_record(data: Any, /, **forms: Any) -> Data:
    """``data``, if it is a record in a file that has the entries named, each of its form.

    Args:
        data: anything.
        forms: ``int`` for a count, ``list`` for any list, ``[kind]`` for a list of which every element is exactly a
            ``kind``, of which ints are indices, ``object`` for anything.

    Raises:
        TapeError: it is no such record.
    """
    if not isinstance(data, dict):
        raise TapeError(f"damaged tape: {shown(data)} is not a record")
    for name, form in forms.items():
        if name not in data:
            raise TapeError(f"damaged tape: the entry {name!r} is missing")
        found = data[name]
        if isinstance(form, list):
            (kind,) = form
            if not isinstance(found, list) or not set(map(type, found)) <= {kind}:
                raise TapeError(f"damaged tape: the entry {name!r} is not a list of {kind.__name__}")
            if kind is int and found and not (min(found) >= 0 and max(found) < _LARGEST):
                raise TapeError(f"damaged tape: an index in {name!r} is out of bounds")
        elif form is list and not isinstance(found, list):
            raise TapeError(f"damaged tape: the entry {name!r} is not a list")
        elif form is int and not (type(found) is int and 0 <= found < _LARGEST):
            raise TapeError(f"damaged tape: the entry {name!r} is {shown(found)}, not a count")
    return data


# --- containers -------------------------------------------------------------------------------------------


Classes = Mapping[str, type]
"""The classes that a file may name, by name."""


def _named_classes(classes: Iterable[type]) -> Classes:
    """The named tuples and dataclasses that a file may name, by their names.

    Raises:
        TypeError: one is neither.
        ValueError: two have one name.
    """
    found: dict[str, type] = {}
    for kind in classes:
        if not isinstance(kind, type) or not (dataclasses.is_dataclass(kind) or optree.is_namedtuple_class(kind)):
            raise TypeError(f"classes= takes the classes of named tuples and dataclasses, not {kind!r}")
        if found.setdefault(kind.__name__, kind) is not kind:
            raise ValueError(f"classes= has two classes that are called {kind.__name__!r}; a file knows the name alone")
    return found


def _treedef_to_data(treedef: TreeDef, what: str) -> Any:
    """How ``treedef`` holds its numbers.

    Raises:
        TypeError: it has a container that a file cannot name.
    """

    def written(tree: Any) -> Any:
        match tree:
            case None:
                return "none"
            case Leaf(shape=None):
                return "bool" if tree.is_bool else "number"
            case Leaf(shape=tuple(shape)):
                return {"bools" if tree.is_bool else "array": list(shape)}
        if type(tree) in (str, int, bool, float):
            return {"setting": _plain(tree, what)}
        if is_static(tree):
            raise TypeError(
                f"{what} is {shown(tree)}, a static argument that a file cannot hold: it holds strs and bools"
            )
        return _container_to_data(tree, written, what)

    return written(treedef.assemble(treedef.leaves()))


def _axes_to_data(in_axes: Any) -> Any:
    """The batch axes that :func:`~autograd.compile` was told, nested or not.

    Raises:
        TypeError: they have a container that a file cannot name.
    """
    if in_axes is None:
        return None
    if isinstance(in_axes, (int, np.integer)):
        return int(in_axes)
    return _container_to_data(in_axes, _axes_to_data, "in_axes")


def _container_to_data(tree: Any, branch: Callable[[Any], Any], what: str) -> Any:
    """A container, each branch of which ``branch`` writes."""
    kind = type(tree)
    if kind in (list, tuple):
        return {kind.__name__: list(map(branch, tree))}
    if kind is dict and all(type(key) in (str, int) for key in tree):
        return {"dict": [[key, branch(part)] for key, part in tree.items()]}
    if optree.is_namedtuple_class(kind):
        fields = zip(optree.namedtuple_fields(kind), tree, strict=True)
        return {"namedtuple": kind.__name__, "fields": [[name, branch(part)] for name, part in fields]}
    if dataclasses.is_dataclass(tree):
        variable = variables_of(tree, what)
        static = static_parts(tree, variable)
        return {
            "dataclass": kind.__name__,
            "fields": [[name, branch(part)] for name, part in variable.items()],
            "static": [[name, _plain(part, f"{what} holds a {kind.__name__}")] for name, part in static.items()],
        }
    raise TypeError(
        f"{what} holds a {kind.__name__}, which a file cannot name: use lists, tuples, dicts, named tuples, "
        f"dataclasses and arrays in a function that is to be saved"
    )


def _plain(setting: Any, what: str) -> Any:
    """A static field: a float in hexadecimal, in a list of its own to tell it from a str."""
    if type(setting) is float:
        return [setting.hex()]
    if setting is None or type(setting) in (str, int, bool):
        return setting
    raise TypeError(f"{what} whose static field is {setting!r}: a file takes a number, a str, a bool or None there")


def treedef_from_data(data: Any, classes: Classes) -> TreeDef:
    """The treedef that ``data`` describes.

    Raises:
        TapeError: it describes none, or names a class that is not among ``classes``.
    """

    def read(data: Any) -> Any:
        match data:
            case "none":
                return None
            case "number" | "bool":
                return Leaf(None, data == "bool")
            case {"array": list(shape)} | {"bools": list(shape)} if _is_shape(shape):
                return Leaf(tuple(shape), "bools" in data)
            case {"setting": plain}:
                return Static(_plain_again(plain), "an argument")
        return _container_from_data(data, read, classes)

    try:
        return treedef_of(read(data), "a tape")
    except (RecursionError, TypeError) as error:
        raise TapeError(f"damaged tape: its containers cannot be built: {error}") from None


def axes_from_data(data: Any, classes: Classes) -> Any:
    """The batch axes that ``data`` describes.

    Raises:
        TapeError: it describes none, or names a class that is not among ``classes``.
    """

    def read(data: Any) -> Any:
        if data is None or (type(data) is int and abs(data) < _LARGEST):
            return data
        return _container_from_data(data, read, classes)

    try:
        axes = read(data)
    except RecursionError:
        raise TapeError("damaged tape: its batch axes are nested too deeply") from None
    if axes is None or isinstance(axes, (int, tuple)):
        return axes
    raise TapeError(f"damaged tape: {shown(data)} is not such axes as compile() takes")


def _container_from_data(data: Any, branch: Callable[[Any], Any], classes: Classes) -> Any:
    """The container that ``data`` describes, each branch of which ``branch`` reads."""
    match data:
        case {"list": list(branches)}:
            return list(map(branch, branches))
        case {"tuple": list(branches)}:
            return tuple(map(branch, branches))
        case {"dict": list(items)} if _are_items(items):
            return {key: branch(part) for key, part in items}
        case {"namedtuple": str(name), "fields": list(items)} if _are_items(items):
            kind = _class(name, classes, [key for key, _ in items], None)
            return tuple.__new__(kind, [branch(part) for _, part in items])
        case {"dataclass": str(name), "fields": list(items), "static": list(static)} if _are_items(items + static):
            kind = _class(name, classes, [key for key, _ in items], [key for key, _ in static])
            return made(kind, {key: branch(part) for key, part in items} | {k: _plain_again(v) for k, v in static})
    raise TapeError(f"damaged tape: {shown(data)} is not a container")


def _class(name: str, classes: Classes, variable: list[Any], static: list[Any] | None) -> Any:
    """The class called ``name``, if it has the fields that the file says; a named tuple where ``static`` is None."""
    kind = classes.get(name)
    fields = [*variable, *(static or [])]
    written = f"{shown(name)} with the fields {shown(fields)}"
    if kind is None:
        raise TapeError(
            f"the tape holds a class {written}, and a file brings no classes: give load(..., classes=[...])"
        )
    if static is None:
        fits = optree.is_namedtuple_class(kind) and list(optree.namedtuple_fields(kind)) == fields
    else:
        marks = declared(kind) or {}
        fits = len(fields) == len(marks) and marks.keys() == set(fields) and not any(map(marks.get, variable))
    if not fits:
        raise TapeError(f"the tape holds a class {written}; the one in classes= is another")
    return kind


def _plain_again(data: Any) -> Any:
    match data:
        case None | str() | int():
            return data
        case [str(text)]:
            with suppress(TapeError):
                return _number(text)
    raise TapeError(f"damaged tape: {shown(data)} is not a static field")


def _is_shape(shape: list[Any]) -> bool:
    return all(type(length) is int and length >= 0 for length in shape) and math.prod(shape) < _LARGEST


def _are_items(items: list[Any]) -> bool:
    """Whether each is a pair of a name or number and something."""
    return all(isinstance(item, list) and len(item) == 2 and type(item[0]) in (str, int) for item in items)


# --- compiled functions -----------------------------------------------------------------------------------


def write_compiled(
    path: str | os.PathLike[str],
    name: str,
    options: Options,
    static: StaticArguments | None,
    branches: Iterable[Branches],
) -> None:
    """Write a compiled function at ``path``; what was there before stays until the new file is complete.

    Raises:
        TypeError: ``path`` is no path, or an argument or result is held in a container that a file cannot name.
        OSError: the file cannot be written there.
    """
    data = {
        "format": _FORMAT,
        "version": _VERSION,
        "kind": _KIND,
        "name": name,
        "in_axes": _axes_to_data(options.in_axes),
        "reduce": options.reduce,
        "checked": options.domain == "raise",
        "static": [sorted(static.places), sorted(static.names)] if static else [[], []],
        "forms": list(map(_branches_to_data, branches)),
    }
    target = _file(path)
    check_target(target)
    write_whole(target, json.dumps(sealed(data), ensure_ascii=True).encode("ascii"))


def read_compiled(
    path: str | os.PathLike[str], backend: str, classes: Iterable[type]
) -> tuple[Options, list[Branches], str]:
    """The options, recordings and name of the compiled function at ``path``, to be replayed without the function.

    Raises:
        TapeError: it is not a tape, is damaged, or names a class that is not among ``classes``.
        TypeError: ``path`` is no path, or ``classes`` are not such as a file may name.
        OSError: it cannot be read.
    """
    data = _as_record(_read_file(path), reduce=object, checked=object, name=object, in_axes=object, forms=list)
    reduce, checked, name = data["reduce"], data["checked"], data["name"]
    if reduce not in (None, "sum", "mean") or not isinstance(checked, bool) or not isinstance(name, str):
        raise TapeError("damaged tape: its settings are not such as compile() takes")
    known = _named_classes(classes)
    axes = axes_from_data(data["in_axes"], known)
    places, names = _static_of(data)
    options = Options(
        in_axes=axes,
        reduce=reduce,
        backend=backend,
        domain="raise" if checked else None,
        static_argnums=places,
        static_argnames=names,
    )
    choose(backend, batched=options.batched)
    return options, [_branches_from_data(form, options, known) for form in data["forms"]], name


def _static_of(data: Data) -> tuple[tuple[int, ...], tuple[str, ...]]:
    """The places and names of static arguments in a file; one from before there were any names none."""
    match data.get("static", [[], []]):
        case [list(places), list(names)]:
            if all(type(place) is int for place in places) and all(type(name) is str for name in names):
                return tuple(places), tuple(names)
    raise TapeError("damaged tape: its static arguments are not such as compile() takes")


def _branches_to_data(branches: Branches) -> Data:
    """Their signature and paths; live leaves as their present values.

    Raises:
        TypeError: an argument or result is held in a container that a file cannot name.
    """
    signature, paths = branches.signature, list(branches.known)
    return {
        "arguments": [_treedef_to_data(treedef, "an argument") for treedef in signature.treedefs],
        "keywords": list(signature.keywords),
        "batched": list(signature.batched),
        "paths": [
            {
                "tape": tape_to_data(path.tape),
                "leaves": [leaf._data.hex() for leaf in path.leaves],
                "result": _treedef_to_data(path.treedef, "the result"),
                "flips": [[guard, paths.index(follow)] for guard, follow in path.exits.items() if follow in paths],
            }
            for path in paths
        ],
    }


def _branches_from_data(data: Any, options: Options, classes: Classes) -> Branches:
    """The recordings that :func:`_branches_to_data` wrote, to be replayed without the function.

    Raises:
        TapeError: the data is damaged, or names a class that is not among ``classes``.
    """
    found = _as_record(data, arguments=list, keywords=[str], batched=[bool], paths=list)
    treedefs = tuple(treedef_from_data(argument, classes) for argument in found["arguments"])
    signature = Signature(treedefs, tuple(found["keywords"]), tuple(found["batched"]))
    if len(signature.keywords) > len(treedefs) or len(set(signature.keywords)) < len(signature.keywords):
        raise TapeError("damaged tape: the names of its arguments do not fit")
    if sum(sum(treedef.sizes()) for treedef in treedefs) != len(signature.batched):
        raise TapeError("damaged tape: its arguments do not hold as many numbers as it says")
    branches = Branches(None, signature, options)
    known = branches.known
    known.extend(_path(path, signature, classes) for path in found["paths"])
    if not known:
        raise TapeError("damaged tape: it has no path")
    for index, (path, entry) in enumerate(zip(known, found["paths"], strict=True)):
        guards, later = range(len(path.tape.guards)), range(index + 1, len(known))  # so a search comes to an end
        for flip in entry["flips"]:
            if list(map(type, flip)) != [int, int] or flip[0] not in guards or flip[1] not in later:
                raise TapeError(f"damaged tape: {flip!r} is not a side exit")
            path.exits[flip[0]] = known[flip[1]]
    return branches


def _path(data: Any, signature: Signature, classes: Classes) -> Path:
    found = _as_record(data, tape=object, leaves=[str], result=object, flips=[list])
    tape = separate_slots(tape_from_data(found["tape"]))
    numbers = list(map(_number, found["leaves"]))
    treedef = treedef_from_data(found["result"], classes)
    sizes = len(signature.batched), len(numbers), sum(treedef.sizes())
    if (tape.n_inputs, tape.n_leaves, len(tape.outputs)) != sizes:
        raise TapeError("damaged tape: its inputs, leaves or outputs are not as many as it says")
    leaves = map(Value, numbers, tape.labels[tape.n_inputs : tape.n_inputs + tape.n_leaves])
    return Path(tuple(leaves), treedef, tape=tape)
