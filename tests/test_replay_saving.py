"""Compiled functions as files: data that is verified, and nothing that is run."""

from __future__ import annotations

import json
import math
import random
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

import autograd as ag
from autograd import GuardError, Parameter, RecordingError, TapeError, Value, primitive, record
from autograd import compile as compiled
from autograd.primitives import PRIMITIVES
from autograd.replay.storage import structure_from_data, tape_from_data, tape_to_data
from tests.replay_backends import random_tape


@pytest.fixture(autouse=True)
def _own_operations_go_again():
    before = dict(PRIMITIVES)
    yield
    PRIMITIVES.clear()
    PRIMITIVES.update(before)


HOSTILE = [
    None, True, -1, 0, 1, 2, 7, 2**31, 2**63, 10**400, -(2**31) - 1, 1.5, "", "x", "nan", "0x1p3", "__import__", [],
    [[]], [-1], [2**40], ["mul"], {}, {"list": []}, {"array": [2**62, 4]}, {"array": [-1]}, {"dict": [[[], "number"]]},
    "number", [["mul", ["0x1p3"]]], [["exec", []]], [["pow", ["1e999999"]]], [[0, 99]], [["<", 0, 0, True, 0, ""]],
]  # fmt: skip


@pytest.fixture
def saved(tmp_path):
    """A function with two paths, live leaves, captured constants, containers; and its file."""
    w = Parameter(2.0, "w")

    def f(p, x, *, shift):
        z = p["b"] * x[0] ** 3 + w * x[1] + shift
        return {"z": [ag.leaky_relu(z), None], "a": (p["a"][0], x * 2.0)} if z > 1.0 else {"z": [z, None], "a": (w, x)}

    g = compiled(f, in_axes=(None, 0))
    arguments = ({"b": 0.5, "a": (1.5,)}, np.array([[1.0, 2.0], [-3.0, 0.1], [0.3, 0.7]]))
    shift = np.array([0.1, 0.2, math.nan])
    expected = g(*arguments, shift=shift)
    path = tmp_path / "f.tape"
    g.save(path)
    w.data = 99.0
    return path, arguments, shift, expected


def equal(got, expected):
    np.testing.assert_equal(got, expected)
    return True


def test_what_is_saved_comes_back_to_the_bit(saved, tmp_path):
    path, arguments, shift, expected = saved
    loaded = ag.load(path)
    assert equal(loaded(*arguments, shift=shift), expected)
    assert (len(loaded.paths), loaded.__name__) == (2, "f")
    loaded.save(tmp_path / "again")
    assert (tmp_path / "again").read_bytes() == path.read_bytes()
    assert equal(ag.load(path, backend="python")(*arguments, shift=shift), expected)
    assert [leaf.label for leaf in loaded.paths[0].leaves] == ["w"]


def test_reductions_and_checks_are_kept(tmp_path):
    f = compiled(ag.log, in_axes=0, reduce="mean", checked=True)
    f(np.array([1.0, 2.0]))
    f.save(tmp_path / "f")
    loaded = ag.load(tmp_path / "f")
    assert loaded(np.array([1.0, math.e])) == 0.5
    with pytest.raises(ag.DomainError):
        loaded(np.array([-1.0]))


def test_a_loaded_function_refuses_what_was_not_recorded(saved, tmp_path):
    path, arguments, shift, _ = saved
    loaded = ag.load(path)
    with pytest.raises(
        TypeError, match=r"f is a tape that takes \(.*'b': number.*, array of shape \(2,\), shift=number\), not"
    ):
        loaded(arguments[0], np.ones((3, 3)), shift=shift)
    f = compiled(lambda x: x if x > 0.0 else -x)
    f(1.0)
    f.save(tmp_path / "one")
    one = ag.load(tmp_path / "one")
    assert one(2.0) == 2.0
    with pytest.raises(GuardError, match=r"as on no path of this tape.*save it again"):
        one(-2.0)
    with pytest.raises(RecordingError, match="cannot be a part of a graph"):
        one(Value(1.0))


@dataclass
class Point:
    x: Any


def test_what_a_file_cannot_name(tmp_path):
    f = compiled(lambda p: p.x)
    f(Point(1.0))
    with pytest.raises(TypeError, match="an argument holds a Point, which a file cannot name"):
        f.save(tmp_path / "f")
    g = compiled(lambda p: p["a"], in_axes=({"a": 0},))
    g({"a": np.ones(2)})
    with pytest.raises(TypeError, match=r"in_axes={'a': 0} cannot be saved"):
        g.save(tmp_path / "f")
    assert list(tmp_path.iterdir()) == []


def test_an_operation_that_is_not_defined_or_was_defined_anew(tmp_path):
    own = primitive("only_here", forward=lambda x: x + 1.0, partials=lambda x, out: (1.0,))
    f = compiled(own)
    f(1.0)
    f.save(tmp_path / "f")
    assert ag.load(tmp_path / "f")(1.0) == 2.0
    text = (tmp_path / "f").read_text()
    (tmp_path / "f").write_text(text.replace("only_here", "elsewhere"))
    with pytest.raises(TapeError, match="an operation 'elsewhere' that is not defined here: define it with primitive"):
        ag.load(tmp_path / "f")
    primitive("only_here", forward=lambda x: x + 2.0, partials=lambda x, out: (1.0,))
    with pytest.raises(TypeError, match="an operation 'only_here' other than the one that is called so now"):
        f.save(tmp_path / "f")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "is not a tape, or is damaged"),
        (b"\x80\x04K\x01.", "is not a tape, or is damaged"),
        (b"[" * 200_000, "is not a tape, or is damaged"),
        (b"[]", "is not a tape of this package"),
        (b'{"format": "chainrule tape", "version": 2}', "is of version 2; this package reads version 1"),
        (b'{"format": "chainrule tape", "version": 1}', "the entry 'kind' is missing"),
        (b'{"format": "chainrule tape", "version": 1, "kind": "x"}', "a 'x' is no compiled function"),
    ],
)
def test_what_is_no_tape(tmp_path, content, message):
    path = tmp_path / "f"
    path.write_bytes(content)
    with pytest.raises(TapeError, match=message):
        ag.load(path)


def test_a_missing_file_and_one_that_is_too_large(tmp_path, monkeypatch):
    with pytest.raises(FileNotFoundError):
        ag.load(tmp_path / "none")
    (tmp_path / "f").write_bytes(b"x" * 100)
    monkeypatch.setattr("autograd.replay.storage._LARGEST_FILE", 99)
    with pytest.raises(TapeError, match="has 100 bytes, more than a tape may have"):
        ag.load(tmp_path / "f")


def test_a_failed_save_leaves_the_old_file(saved, monkeypatch):
    path, *_ = saved
    before = path.read_bytes()
    loaded = ag.load(path)

    def fail(*_args, **_kwargs):
        raise OSError("disk full")

    monkeypatch.setattr("pathlib.Path.replace", fail)
    with pytest.raises(OSError, match="disk full"):
        loaded.save(path)
    assert path.read_bytes() == before


def test_truncated_files(saved, tmp_path):
    path, *_ = saved
    content = path.read_bytes()
    for length in range(0, len(content), 37):
        (tmp_path / "cut").write_bytes(content[:length])
        with pytest.raises(TapeError):
            ag.load(tmp_path / "cut")


def places(data, found=None, here=()):
    """Every entry of nested lists and dicts."""
    found = [] if found is None else found
    items = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    for key, value in items:
        found.append((*here, key))
        places(value, found, (*here, key))
    return found


def test_hostile_entries_give_a_tape_error_or_a_tape_that_is_safe_to_run(saved, tmp_path):
    """Every entry is replaced, by everything hostile: what loads must be within bounds, and run."""
    path, arguments, shift, _ = saved
    text = path.read_text()
    every = places(json.loads(text))
    rng = random.Random(0)
    refused = 0
    cases = [(place, bad) for place in every for bad in HOSTILE]
    for place, bad in rng.sample(cases, 1500):
        data = json.loads(text)
        target = data
        for key in place[:-1]:
            target = target[key]
        if isinstance(target, dict) and rng.random() < 0.1:
            del target[place[-1]]
        else:
            target[place[-1]] = bad
        (tmp_path / "bad").write_text(json.dumps(data))
        try:
            loaded = ag.load(tmp_path / "bad", backend="numpy")
        except TapeError:
            refused += 1
            continue
        for one in loaded.paths:
            one.tape.verify()
        try:
            loaded(*arguments, shift=shift)
        except (TypeError, ValueError, ag.AutogradError):
            continue
    assert refused > 1000


@pytest.mark.parametrize("seed", range(5))
def test_tapes_as_data(seed):
    tape = random_tape(seed)
    data = json.loads(json.dumps(tape_to_data(tape)))
    again = tape_from_data(data)
    assert str(again) == str(tape)
    point = [0.5] * tape.n_inputs, [0.25] * tape.n_leaves
    assert again.run(*point) == tape.run(*point)


def test_labels_are_data(tmp_path):
    label = '<script>"\\\n\u2028é🙂' + "x" * 10_000
    x = Value(2.0, label)
    f = compiled(record((x * 2.0).named(label), [x]))
    f(1.0)
    f.save(tmp_path / "f")
    assert ag.load(tmp_path / "f").tape.labels == f.tape.labels
    assert label in f.tape.labels


def changed(saved, tmp_path, **entries):
    data = json.loads(saved[0].read_text())
    data["forms"][0].update(entries)
    (tmp_path / "changed").write_text(json.dumps(data))
    return tmp_path / "changed"


@pytest.mark.parametrize(
    ("entries", "message"),
    [
        ({"keywords": ["a", "b", "c", "d"]}, "the names of its arguments do not fit"),
        ({"keywords": ["a", "a"]}, "the names of its arguments do not fit"),
        ({"paths": []}, "it has no path"),
        ({"batched": [True]}, "do not hold as many numbers as it says"),
    ],
)
def test_forms_that_do_not_fit(saved, tmp_path, entries, message):
    with pytest.raises(TapeError, match=message):
        ag.load(changed(saved, tmp_path, **entries))


def test_containers_without_end():
    deep = "number"
    for _ in range(20_000):
        deep = {"list": [deep]}
    with pytest.raises(TapeError, match="its containers cannot be built"):
        structure_from_data(deep)
