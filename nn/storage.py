"""A model's parameters and buffers in a file of plain data: an ``.npz`` archive of NumPy's, without pickle.

It holds two arrays. ``values``: every parameter as a float64, in order. ``about``: the bytes of a JSON object with
the ``format``, its ``version``, the repr of the ``model``, the ``names`` of the parameters, each its path as
:meth:`nn.Module.named_parameters` gives it, and how the model is ``built``: the part at each path, in words.
``numpy.load(path)["values"]`` reads it without this package.

Buffers are the data that a model holds beside its parameters: numbers, flags, text and arrays among its attributes,
and lists, tuples, dicts and sets of these, such as means of the examples. Where there are some, ``about`` has them by
path under ``buffers``, and a third array, ``buffers``, holds the bytes of those that are arrays.

Loading reads data and runs nothing. The members are stored as they are, not compressed, so none can be larger than
the file; each carries a checksum.
"""

from __future__ import annotations

import hashlib
import io
import json
import math
import os
import struct
import zipfile
from collections.abc import Iterable
from functools import partial
from pathlib import Path
from typing import Any, TypeGuard, TypeVar

import numpy as np

from autograd import AutogradError, Value, files
from nn.arguments import counted, name_of, some
from nn.module import DTYPE, Module, Places, children, is_data, walk

__all__ = ["ModelFileError", "buffers", "description", "load", "save"]

_FORMAT, _VERSION = "chainrule model", 2
_LARGEST_FILE = 2**30
_NPY_VERSION = (3, 0)
_NPY_MAGIC = b"\x93NUMPY" + bytes(_NPY_VERSION)
_NPY_PREFIX = len(_NPY_MAGIC) + 4
"""Of NumPy's array format: the version, the bytes that begin it, and where its header begins."""

_Model = TypeVar("_Model", bound=Module)
_Path = str | os.PathLike[str]


class ModelFileError(AutogradError, ValueError):
    """A file that is not a saved model, is damaged, or does not fit the model it is loaded into."""


def save(model: Module, path: _Path) -> None:
    """Write the parameters and buffers of ``model`` to ``path``, for :func:`load`; an old file is replaced whole.

    Args:
        model: any module.
        path: of the file; ``.npz`` is its usual ending, and none is added.

    Raises:
        TypeError: ``model`` is not a Module, ``path`` is not a path.
        OSError: the file cannot be written.

    >>> import os, tempfile
    >>> from nn import MLP, load, save
    >>> model = MLP(2, [3, 1], rng=0)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     save(model, os.path.join(folder, "model.npz"))
    ...     again = load(MLP(2, [3, 1]), os.path.join(folder, "model.npz"))
    >>> again.state_dict() == model.state_dict()
    True
    """
    target = _checked(model, path, "save")
    files.check_target(target)
    state, held = model.state_dict(), buffers(model)
    about: dict[str, Any] = {
        "format": _FORMAT, "version": _VERSION, "model": repr(model), "names": list(state),
        "built": description(model, without=held),
    }  # fmt: skip
    contents = bytearray()
    if held:
        about["buffers"] = {path: _packed(data, contents) for path, data in held.items()}
    members = {
        "about.npy": np.frombuffer(json.dumps(about).encode("ascii"), dtype=np.uint8),
        "values.npy": np.array(list(state.values()), dtype="<f8"),
    }
    if held:
        members["buffers.npy"] = np.frombuffer(bytes(contents), dtype=np.uint8)
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for name, array in members.items():
            buffer = io.BytesIO()
            np.lib.format.write_array(buffer, array, version=_NPY_VERSION, allow_pickle=False)
            archive.writestr(zipfile.ZipInfo(name), buffer.getvalue())  # a fixed date: the same bytes each time
    files.write_whole(target, content.getvalue())


def load(model: _Model, path: _Path) -> _Model:
    """Set the parameters and buffers of ``model`` to those in the file: all of them, or on any error none.

    Args:
        model: a module that is built as the saved one was: of the same classes, sizes and settings, with functions
            of the same names. A file holds data, not classes. To take the parameters alone, whatever the model is,
            use ``state_dict()`` and ``load_state_dict()``. A buffer that the model lacks becomes an attribute of it.
        path: of a file that :func:`save` wrote.

    Returns:
        The model itself.

    Raises:
        ModelFileError: the file is not a saved model, is damaged, or holds a model that is built differently.
        TypeError: ``model`` is not a Module, ``path`` is not a path.
        OSError: the file cannot be read.

    >>> import os, tempfile
    >>> from nn import MLP, load, save
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     save(MLP(2, [3, 1], rng=0), os.path.join(folder, "model.npz"))
    ...     model = load(MLP(2, [3, 1]), os.path.join(folder, "model.npz"))
    >>> model.state_dict() == MLP(2, [3, 1], rng=0).state_dict()
    True
    """
    file = _checked(model, path, "load")
    saved, state, built, held = _read(file)
    named = model.named_parameters()
    missing = [name for name in named if name not in state]
    strangers = [name for name in state if name not in named]
    if missing or strangers:
        raise ModelFileError(
            f"{file} holds the parameters of {saved}, which do not fit {model!r}; missing: {some(missing)}; "
            f"unexpected: {some(strangers)}. Make the model as it was made when it was saved."
        )
    # An attribute that only one of them has is passed over: it may have been set later. A part of a container is not,
    # since the length of a container is compared too.
    told, owners = description(model), _owners(model)
    found = [
        f"at {place!r} the file has {built[place]}, and this model {now}"
        for place, now in told.items()
        if built.get(place, now) != now
    ]
    places = {place: place.rpartition(".")[::2] for place in held}
    found += [
        f"at {place!r} the file has {held[place]!r:.60}, and this model {told.get(place, 'a method')}"
        for place, (owner, name) in places.items()
        if not _may_hold_data(owners.get(owner), name)
    ]
    if found:
        more = f", and {counted(len(found) - 3, 'more difference')}" if len(found) > 3 else ""
        raise ModelFileError(
            f"{file} holds {saved}, and {model!r} is built otherwise: {'; '.join(found[:3])}{more}. Make the model as "
            f"it was made when it was saved."
        )
    model.load_state_dict(state)
    for place, (owner, name) in places.items():
        vars(owners[owner])[name] = held[place]
    return model


def _may_hold_data(owner: Module | None, name: str) -> bool:
    """Whether an attribute is data, or not there yet: an entry of a file replaces nothing else."""
    if owner is None or name in owner.fixed:
        return False
    if name in vars(owner):
        return is_data(vars(owner)[name])
    return name.isidentifier() and not name.startswith("_") and not hasattr(owner, name)


# --- reading ----------------------------------------------------------------------------------------------


_DAMAGE = (
    zipfile.BadZipFile, ValueError, KeyError, OSError, EOFError, NotImplementedError, RecursionError, struct.error,
)  # fmt: skip
"""The errors of zipfile and json on damaged bytes."""


def _read(file: Path) -> tuple[str, dict[str, float], dict[str, str], dict[str, Any]]:
    """The model in words, its parameters, how it is built, and its buffers: each checked before it is used."""
    size = file.stat().st_size
    if size > _LARGEST_FILE:
        raise ModelFileError(f"{file} has {size} bytes, more than a model may have ({_LARGEST_FILE})")
    archived = file.read_bytes()
    if archived.startswith(b"{"):
        raise ModelFileError(
            f"{file} is not a saved model: it is JSON, as the file of a compiled function is, which autograd.load(path)"
            f" reads"
        )
    try:
        with zipfile.ZipFile(io.BytesIO(archived)) as archive:
            about_bytes, values = _member(archive, "about", "|u1"), _member(archive, "values", "<f8")
            content = _member(archive, "buffers", "|u1").tobytes() if "buffers.npy" in archive.namelist() else b""
        about = json.loads(about_bytes.tobytes().decode("ascii"))
        held = about.get("buffers", {}) if isinstance(about, dict) else {}
        data = {path: _unpacked(data, content) for path, data in held.items()} if isinstance(held, dict) else {}
    except _DAMAGE as error:
        raise ModelFileError(f"{file} is not a saved model, or is damaged: {error}. Save it again.") from None
    if not isinstance(about, dict) or about.get("format") != _FORMAT:
        raise ModelFileError(f"{file} is not a saved model of this package")
    if about.get("version") != _VERSION:
        raise ModelFileError(
            f"{file} is of version {about.get('version')!r}; this package reads version {_VERSION}, which says how the "
            f"model is built. numpy.load(path)['values'] are the numbers alone, in the order of model.parameters()."
        )
    model, names, built = about.get("model"), about.get("names"), about.get("built")
    if not isinstance(model, str) or not _are_texts(names):
        raise ModelFileError(f"{file} is damaged: it does not name its model and parameters. Save it again.")
    if not isinstance(held, dict) or not isinstance(built, dict) or not _are_texts([*built.values()]):
        raise ModelFileError(f"{file} is damaged: it does not say how its model is built. Save it again.")
    if len(set(names)) != len(names) or len(names) != len(values):
        raise ModelFileError(
            f"{file} is damaged: it has {counted(len(set(names)), 'different name')} for "
            f"{counted(len(values), 'parameter')}. Save it again."
        )
    return model, dict(zip(names, values.tolist(), strict=True)), built, data


def _are_texts(given: Any) -> TypeGuard[list[str]]:
    return isinstance(given, list) and all(isinstance(text, str) for text in given)


def _member(archive: zipfile.ZipFile, name: str, dtype: str) -> np.ndarray[Any, Any]:
    """One array of the archive. Its header is compared, not interpreted: there is only one that fits its bytes."""
    info = archive.getinfo(f"{name}.npy")
    if info.compress_type != zipfile.ZIP_STORED or info.flag_bits & 1:
        raise ValueError(f"{name} is compressed or encrypted, and save() does neither")
    content = archive.read(info)
    size = int.from_bytes(content[len(_NPY_MAGIC) : _NPY_PREFIX], "little")
    header, data = content[_NPY_PREFIX : _NPY_PREFIX + size], content[_NPY_PREFIX + size :]
    count = len(data) // np.dtype(dtype).itemsize
    expected = f"{{'descr': '{dtype}', 'fortran_order': False, 'shape': ({count},), }}"
    if not content.startswith(_NPY_MAGIC) or header.rstrip() != expected.encode("ascii"):
        raise ValueError(f"{name} is not an array as save() writes it")
    return np.frombuffer(data, dtype=dtype, count=count)


def _checked(model: Any, path: Any, verb: str) -> Path:
    """``path`` as a Path, for ``verb(model, path)``."""
    if not isinstance(model, Module):
        raise TypeError(f"{verb}(model, path) takes the model itself first, got {model!r}")
    try:
        return Path(path)
    except TypeError:
        raise TypeError(f"{verb}(model, path) takes the path of a file second, got {path!r}") from None


# --- how a model is built, in words -----------------------------------------------------------------------


def description(model: Module, without: Iterable[str] = ()) -> dict[str, str]:
    """The part at each path of ``model`` in words: all that its outputs depend on, except its parameters themselves.

    A module is described by its class, a container by its kind and length, a function by its name, plain data by
    itself, an array by a digest, anything else by its class; a parameter only where it stands again. Paths of
    ``without`` are left out.

    >>> from nn import Neuron
    >>> from nn.storage import description
    >>> told = description(Neuron(2, activation="tanh"))
    >>> told[""], told["activation"], told["w"], "w.0" in told
    ('Neuron', 'tanh', 'list of 2', False)
    """
    learnt = {id(leaf) for leaf in model.parameters()}
    left_out = set(without)
    told: dict[str, str] = {}
    paths: dict[int, str] = {}
    for path, part in walk(model, everything=True):
        if isinstance(part, Places) or path in left_out or path.startswith(tuple(f"{each}." for each in left_out)):
            continue
        parts = children(part)
        if id(part) in paths:
            told[path] = f"the same as {paths[id(part)]!r}"
        elif id(part) in learnt:
            paths[id(part)] = path
        elif not parts:
            told[path] = _told(part)
        else:
            paths[id(part)] = path
            told[path] = ("list" if isinstance(part, list) else name_of(type(part))) + (
                "" if isinstance(part, Module) else f" of {len(parts)}"
            )
    return told


def _owners(model: Module) -> dict[str, Module]:
    """Every module in ``model``, itself too, by its path."""
    return {path: part for path, part in walk(model) if isinstance(part, Module)}


def buffers(model: Module) -> dict[str, Any]:
    """The data among the attributes of ``model`` and its modules, by path, except what is fixed when they are made.

    >>> from nn import MLP
    >>> from nn.storage import buffers
    >>> model = MLP(2, [1])
    >>> model.means, model.trained = [0.5, 1.5], True
    >>> buffers(model)
    {'means': [0.5, 1.5], 'trained': True}
    """
    return {
        f"{path}.{name}" if path else name: held
        for path, module in _owners(model).items()
        for name, held in vars(module).items()
        if held is not None and name not in module.fixed and is_data(held)
    }


def _told(part: Any) -> str:
    """A part that holds no others, in words that are the same in every process."""
    if isinstance(part, partial):
        return f"{name_of(part.func)} with {[*part.args, part.keywords]!r}"
    if isinstance(part, Value):
        return f"Value({part.data!r})" if part.op is None else "a computed Value"
    if isinstance(part, np.ndarray):
        return f"{part.dtype.str} array {part.shape} {hashlib.sha256(part.tobytes()).hexdigest()[:16]}"
    if isinstance(part, (int, float, str, bytes, type(None), np.generic)):
        return repr(part.item() if isinstance(part, np.generic) else part)  # NumPy's own repr depends on its version
    if isinstance(part, (list, tuple, dict)):
        return f"{type(part).__name__} of 0"
    return name_of(part) if callable(part) and not isinstance(part, Module) else type(part).__name__


# --- plain data as JSON, and back -------------------------------------------------------------------------


def _packed(data: Any, into: bytearray) -> Any:
    """``data``, for which :func:`~nn.module.is_data` holds, as JSON has it; the bytes of arrays go ``into``."""
    if isinstance(data, (np.ndarray, np.generic)):
        place = len(into)
        into.extend(data.tobytes())
        kind = "array" if isinstance(data, np.ndarray) else "scalar"
        return {kind: [data.dtype.str, list(data.shape), place]}
    if isinstance(data, dict):
        return {"dict": [[_packed(key, into), _packed(held, into)] for key, held in data.items()]}
    if isinstance(data, (set, frozenset)):
        return {type(data).__name__: [_packed(part, into) for part in sorted(data, key=repr)]}
    if isinstance(data, (list, tuple)):
        parts = [_packed(part, into) for part in data]
        return parts if isinstance(data, list) else {"tuple": parts}
    if isinstance(data, complex):
        return {"complex": [data.real, data.imag]}
    return {"bytes": data.hex()} if isinstance(data, bytes) else data


def _unpacked(data: Any, content: bytes) -> Any:
    """The data that :func:`_packed` packed, checked.

    Raises:
        ValueError: it is not data that :func:`_packed` writes.
    """
    if data is None or isinstance(data, (bool, int, float, str)):
        return data
    if isinstance(data, list):
        return [_unpacked(part, content) for part in data]
    if not isinstance(data, dict) or len(data) != 1:
        raise ValueError(f"{data!r:.60} is not data as save() writes it")
    ((kind, parts),) = data.items()
    try:
        return _READERS[kind](parts, content)
    except (KeyError, TypeError, OverflowError):
        raise ValueError(f"{data!r:.60} is not data as save() writes it") from None


def _array(parts: Any, content: bytes) -> Any:
    name, shape, place = parts
    if not all(type(number) is int and number >= 0 for number in (*shape, place)) or not DTYPE.fullmatch(name):
        raise TypeError
    dtype = np.dtype(name)
    size = math.prod(shape) * dtype.itemsize
    if not size:
        return np.zeros(shape, dtype)
    raw = np.frombuffer(content, np.uint8, size, place)  # a ValueError where so much is not there
    no_bool = dtype.kind == "b" and (raw > 1).any()
    if no_bool or (dtype.kind == "U" and (raw.view(f"{name[0]}u4") > _LARGEST_CHARACTER).any()):
        raise TypeError
    return raw.view(dtype).reshape(shape).copy()


_LARGEST_CHARACTER = 0x10FFFF
_READERS: dict[str, Any] = {
    "array": _array,
    "scalar": lambda parts, content: _array(parts, content)[()],
    "dict": lambda parts, content: {_unpacked(key, content): _unpacked(held, content) for key, held in parts},
    "tuple": lambda parts, content: tuple([_unpacked(part, content) for part in parts]),
    "set": lambda parts, content: {_unpacked(part, content) for part in parts},
    "frozenset": lambda parts, content: frozenset([_unpacked(part, content) for part in parts]),
    "complex": lambda parts, _: complex(*parts),
    "bytes": lambda parts, _: bytes.fromhex(parts),
}
