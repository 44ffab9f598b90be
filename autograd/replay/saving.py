"""A compiled function for one form of arguments, as data for a file, and back."""

from __future__ import annotations

from typing import Any

from autograd.errors import TapeError
from autograd.replay.arguments import Form
from autograd.replay.optimise import separate_slots
from autograd.replay.paths import Path
from autograd.replay.specialised import Options, Specialised
from autograd.replay.storage import Data, Reader, tape_from_data, tape_to_data
from autograd.replay.structures import Classes, structure_from_data, structure_to_data
from autograd.value import Value

__all__ = ["specialised_from_data", "specialised_to_data"]


def specialised_to_data(specialised: Specialised) -> Data:
    """Its form and its paths; live leaves as their present values.

    Raises:
        TypeError: an argument or result is held in a container that a file cannot name.
    """
    form, paths = specialised.form, list(specialised.paths.known)
    return {
        "arguments": [structure_to_data(structure, "an argument") for structure in form.structures],
        "keywords": list(form.keywords),
        "batched": list(form.batched),
        "paths": [
            {
                "tape": tape_to_data(path.tape),
                "leaves": [leaf._data.hex() for leaf in path.leaves],
                "result": structure_to_data(path.structure, "the result"),
                "flips": [[guard, paths.index(follow)] for guard, follow in path.flips.items() if follow in paths],
            }
            for path in paths
        ],
    }


def specialised_from_data(data: Any, options: Options, classes: Classes) -> Specialised:
    """What :func:`specialised_to_data` wrote, to be replayed without the function.

    Raises:
        TapeError: the data is damaged, or names a class that is not among ``classes``.
    """
    record = Reader(data)
    structures = tuple(structure_from_data(argument, classes) for argument in record.listed("arguments"))
    form = Form(structures, tuple(record.list_of("keywords", str)), tuple(record.list_of("batched", bool)))
    if len(form.keywords) > len(structures) or len(set(form.keywords)) < len(form.keywords):
        raise TapeError("damaged tape: the names of its arguments do not fit")
    if sum(sum(structure.sizes()) for structure in structures) != len(form.batched):
        raise TapeError("damaged tape: its arguments do not hold as many numbers as it says")
    specialised = Specialised(None, form, options)
    entries = [Reader(entry) for entry in record.listed("paths")]
    known = [_path(entry, form, classes) for entry in entries]
    for index, (path, entry) in enumerate(zip(known, entries, strict=True)):
        for flip in entry.list_of("flips", list):
            path.flips.update(_flip(flip, index, path, known))
    if not known:
        raise TapeError("damaged tape: it has no path")
    specialised.paths.known.extend(known)
    return specialised


def _path(record: Reader, form: Form, classes: Classes) -> Path:
    tape = separate_slots(tape_from_data(record.entry("tape")))
    numbers = record.numbers("leaves")
    structure = structure_from_data(record.entry("result"), classes)
    if (tape.n_inputs, tape.n_leaves, len(tape.outputs)) != (len(form.batched), len(numbers), sum(structure.sizes())):
        raise TapeError("damaged tape: its inputs, leaves or outputs are not as many as it says")
    leaves = map(Value, numbers, tape.labels[tape.n_inputs : tape.n_inputs + tape.n_leaves])
    return Path(tape, tuple(leaves), structure, object())


def _flip(flip: list[Any], index: int, path: Path, known: list[Path]) -> dict[int, Path]:
    """One flip; it leads to a later path, so that a search comes to an end."""
    if list(map(type, flip)) == [int, int]:
        guard, follow = flip
        if 0 <= guard < len(path.tape.guards) and index < follow < len(known):
            return {guard: known[follow]}
    raise TapeError(f"damaged tape: {flip!r} is no flip")
