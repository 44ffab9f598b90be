"""A model's parameters and buffers in a file of plain data: an ``.npz`` archive of NumPy's, without pickle.

It holds two arrays. ``values``: every parameter as a float64, in order. ``about``: the bytes of a JSON object with
the ``format``, its ``version``, the repr of the ``model``, the ``names`` of the parameters, each its path as
:meth:`nn.Module.named_parameters` gives it, and how the model is ``built``: what stands at each path, in words.
``numpy.load(path)["values"]`` reads it without this package.

Buffers are the data that a model holds beside its parameters: numbers, flags, text and arrays among its attributes,
and lists, tuples, dicts and sets of these, such as means of the examples. Where there are some, ``about`` has them by
path under ``buffers``, and a third array, ``buffers``, holds the bytes of those that are arrays.

Loading reads data and runs nothing. The members are stored as they are, not compressed, so none can be larger than
the file; each carries a check sum.
"""

from __future__ import annotations

import io
import json
import os
import struct
import zipfile
from pathlib import Path
from typing import Any, NamedTuple, TypeGuard, TypeVar

import numpy as np

from autograd import AutogradError, files
from nn.architecture import buffers, description, differences, is_data, owners
from nn.data import packed, unpacked
from nn.module import Module, counted, some

__all__ = ["ModelFileError", "load", "save"]

_FORMAT, _VERSION = "chainrule model", 2
_LARGEST_FILE = 2**30
_NPY_VERSION = (3, 0)
_NPY_MAGIC = b"\x93NUMPY" + bytes(_NPY_VERSION)
_NPY_PREFIX = len(_NPY_MAGIC) + 4
"""Of NumPy's array format: the version, the bytes that begin it, and where its header begins."""

_Model = TypeVar("_Model", bound=Module)
_Path = str | os.PathLike[str]


class ModelFileError(AutogradError, ValueError):
    """A file that is no saved model, is damaged, or does not fit the model it is loaded into."""


def save(model: Module, path: _Path) -> None:
    """Write the parameters and buffers of ``model`` to ``path``, for :func:`load`; what was there stays until then.

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
        about["buffers"] = {path: packed(data, contents) for path, data in held.items()}
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
        ModelFileError: the file is no saved model, is damaged, or is of a model that is built otherwise.
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
    saved = _read(file)
    named = model.named_parameters()
    missing = [name for name in named if name not in saved.state]
    strangers = [name for name in saved.state if name not in named]
    if missing or strangers:
        raise ModelFileError(
            f"{file} holds the parameters of {saved.model}, which do not fit {model!r}; missing: {some(missing)}; "
            f"unexpected: {some(strangers)}. Make the model as it was made when it was saved."
        )
    places = _places(saved.buffers, model)
    told = description(model)
    found = differences(saved.built, model) + [
        f"at {place!r} the file has {saved.buffers[place]!r:.60}, and this model {told.get(place, 'a method')}"
        for place, (owner, name) in places.items()
        if not _may_hold_data(owner, name)
    ]
    if found:
        more = f", and {counted(len(found) - 3, 'more difference')}" if len(found) > 3 else ""
        raise ModelFileError(
            f"{file} holds {saved.model}, and {model!r} is built otherwise: {'; '.join(found[:3])}{more}. Make the "
            f"model as it was made when it was saved."
        )
    model.load_state_dict(saved.state)
    for place, (owner, name) in places.items():
        vars(owner)[name] = saved.buffers[place]
    return model


def _places(held: dict[str, Any], model: Module) -> dict[str, tuple[Module | None, str]]:
    """The module and the name of the attribute for each buffer."""
    modules, places = owners(model), {}
    for path in held:
        owner, _, name = path.rpartition(".")
        places[path] = modules.get(owner), name
    return places


def _may_hold_data(owner: Module | None, name: str) -> bool:
    """Whether an attribute is data or not there yet: nothing that a file says takes the place of anything else."""
    if owner is None or name in owner.fixed:
        return False
    if name in vars(owner):
        return is_data(vars(owner)[name])
    return name.isidentifier() and not name.startswith("_") and not hasattr(owner, name)


# --- reading ----------------------------------------------------------------------------------------------


class _Saved(NamedTuple):
    model: str
    state: dict[str, float]
    built: dict[str, str]
    buffers: dict[str, Any]


_DAMAGE = (
    zipfile.BadZipFile,
    ValueError,
    KeyError,
    OSError,
    EOFError,
    NotImplementedError,
    RecursionError,
    struct.error,
)
"""What zipfile and json raise on bytes that no writer wrote."""


def _read(file: Path) -> _Saved:
    """What is in a file, each part of it checked before it is used."""
    size = file.stat().st_size
    if size > _LARGEST_FILE:
        raise ModelFileError(f"{file} has {size} bytes, more than a model may have ({_LARGEST_FILE})")
    archived = file.read_bytes()
    if archived.startswith(b"{"):
        raise ModelFileError(
            f"{file} is no saved model: it is JSON, as the file of a compiled function is, which autograd.load(path) "
            f"reads"
        )
    try:
        with zipfile.ZipFile(io.BytesIO(archived)) as archive:
            about_bytes, values = _member(archive, "about", "|u1"), _member(archive, "values", "<f8")
            content = _member(archive, "buffers", "|u1").tobytes() if "buffers.npy" in archive.namelist() else b""
        about = json.loads(about_bytes.tobytes().decode("ascii"))
        held = about.get("buffers", {}) if isinstance(about, dict) else {}
        data = {path: unpacked(data, content) for path, data in held.items()} if isinstance(held, dict) else {}
    except _DAMAGE as error:
        raise ModelFileError(f"{file} is no saved model, or is damaged: {error}. Save it again.") from None
    if not isinstance(about, dict) or about.get("format") != _FORMAT:
        raise ModelFileError(f"{file} is no saved model of this package")
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
    return _Saved(model, dict(zip(names, values.tolist(), strict=True)), built, data)


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
