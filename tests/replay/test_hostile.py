"""Damaged and hostile tape files: always a TapeError, or a tape that is within bounds; nothing is executed."""

from __future__ import annotations

import contextlib
import json
import random
import re
import subprocess
import sys
from pathlib import Path

import pytest

import autograd as ag
from autograd import TapeError
from autograd.replay.saving import axes_from_data, sealed, tape_from_data, tape_to_data, treedef_from_data
from tests.support.backends import random_tape
from tests.support.programs import saved_function

ROOT = Path(__file__).parents[2]
HEAD = {"format": "chainrule tape", "version": 1}
HOSTILE = [
    None, True, -1, 0, 1, 2, 7, 2**31, 2**63, 10**400, -(2**31) - 1, 1.5, "", "x", "nan", "0x1p3", "__import__", [],
    [[]], [-1], [2**40], ["mul"], {}, {"list": []}, {"array": [2**62, 4]}, {"array": [-1]}, {"dict": [[[], "number"]]},
    "number", [["mul", ["0x1p3"]]], [["exec", []]], [["pow", ["1e999999"]]], [[0, 99]], [["<", 0, 0, True, 0, ""]],
]  # fmt: skip


@pytest.fixture
def saved(tmp_path):
    return saved_function(tmp_path / "f.tape", "numpy")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "is not a tape, or is damaged"),
        (b"\x80\x04K\x01.", "is not a tape, or is damaged"),
        (b"[" * 200_000, "is not a tape, or is damaged"),
        (b"[]", "is not a tape of this package"),
        (b'{"format": "chainrule tape", "version": 2}', "is of version 2; this package reads version 1"),
        (b'{"format": "chainrule tape", "version": 1}', "f is damaged: its content is not what its digest was made of"),
        (json.dumps(sealed(HEAD)).encode(), "the entry 'kind' is missing"),
        (json.dumps(sealed({**HEAD, "kind": "x"})).encode(), "a 'x' is not a compiled function"),
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
    monkeypatch.setattr("autograd.replay.saving._LARGEST_FILE", 99)
    with pytest.raises(TapeError, match="has 100 bytes, more than a tape may have"):
        ag.load(tmp_path / "f")


@pytest.mark.parametrize("depth", [300, 900, 3000])
def test_content_that_is_nested_deeply(tmp_path, depth):
    (tmp_path / "f").write_text(json.dumps(HEAD)[:-1] + ', "kind": ' + "[" * depth + "]" * depth + "}")
    with pytest.raises(TapeError, match=r"is not a tape, or is damaged|is damaged: its content"):
        ag.load(tmp_path / "f")


def test_truncated_files(saved, tmp_path):
    path, *_ = saved
    content = path.read_bytes()
    for length in range(0, len(content), 113):
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
        (tmp_path / "bad").write_text(json.dumps(sealed(data)))
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


def test_flipped_bits(saved, tmp_path):
    """One bit, or some bytes, of the text: it is refused, or holds the same data in other words."""
    path, *_ = saved
    content = path.read_bytes()
    rng = random.Random(1)
    for case in range(500):
        bad = bytearray(content)
        for _ in range(1 + case % 3):
            bad[rng.randrange(len(bad))] ^= 1 << rng.randrange(8)
        (tmp_path / "bad").write_bytes(bad)
        if bytes(bad) == content:  # a bit was flipped back
            continue
        with contextlib.suppress(TapeError):
            ag.load(tmp_path / "bad")
            assert json.loads(bad) == json.loads(content)


def test_one_changed_digit_is_damage(tmp_path):
    f = ag.compile(lambda x: 2.5 * x)
    f(1.0)
    f.save(tmp_path / "f")
    text = (tmp_path / "f").read_text()
    assert "0x1.4000000000000p+1" in text
    (tmp_path / "f").write_text(text.replace("0x1.4000000000000p+1", "0x1.4000000000001p+1"))
    with pytest.raises(TapeError, match=r"f is damaged: its content is not what its digest was made of. Save it again"):
        ag.load(tmp_path / "f")


@pytest.mark.parametrize(
    "change",
    [
        {"slots": 2**31 - 1}, {"inputs": 2**31 - 1}, {"leaves": 2**31 - 1}, {"inputs": 10**30},
        {"code": [2**31 - 1] * 9},
        {"outputs": [-1]}, {"start": [0, 2**31 - 1]}, {"args": [1.5]}, {"args": [True]}, {"dest": ["0"]},
        {"constants": [1.0]}, {"constants": ["0x1p99999999"]}, {"constants": "0x1p0"}, {"labels": [None]},
        {"guards": [["<", 0, 0, 1, 0, ""]]}, {"ops": [["__import__", []]]}, {"ops": [["mul", ["0x1p0"]]]},
        {"ops": [["clip", ["0x1p0"]]]},
        {"ops": []},
        {"ops": [["pow", ["0x1p0", "0x1p0"]]]}, {"ops": [[["mul"], []]]},
    ],
)  # fmt: skip
def test_sizes_and_types_that_no_tape_has(change):
    data = tape_to_data(random_tape(0)) | change
    with pytest.raises(TapeError):
        tape_from_data(json.loads(json.dumps(data)))


@pytest.mark.parametrize(
    ("op", "message"),
    [
        (["refusal of log", ["0x1p0"]], r"damaged tape: log captures 0 constant\(s\), 1 given"),
        (["refusal of pow", ["x"]], "damaged tape: 'x' is not a number"),
        (["refusal of nothing", []], "an operation 'refusal of nothing' that is not defined here"),
        (["refusal of refusal of log", []], "an operation 'refusal of refusal of log' that is not defined here"),
        (["log", ["0x1p0"]], r"damaged tape: \['log', \['0x1p0'\]\] is not an operation"),
    ],
)
def test_operations_and_refusals_that_there_are_not(op, message):
    data = tape_to_data(random_tape(0))
    with pytest.raises(TapeError, match=message):
        tape_from_data(data | {"ops": [op, *data["ops"][1:]]})


def test_numbers_of_a_million_digits(tmp_path):
    head = '{"format": "chainrule tape", "version": '
    (tmp_path / "f").write_text(head + "1" * 1_000_000 + "}")
    with pytest.raises(TapeError, match="is not a tape, or is damaged"):
        ag.load(tmp_path / "f")


def nested(depth, inner, around):
    for _ in range(depth):
        inner = around(inner)
    return inner


@pytest.mark.parametrize("around", [lambda x: {"list": [x]}, lambda x: {"dict": [["a", x]]}])
def test_containers_without_end(around):
    with pytest.raises(TapeError, match="its containers cannot be built"):
        treedef_from_data(nested(20_000, "number", around), {})
    with pytest.raises(TapeError, match="nested too deeply"):
        axes_from_data(nested(20_000, 0, around), {})


# --- what does not fit in memory --------------------------------------------------------------------------

_TOO_LONG = """
import resource
import numpy as np
from autograd import compile, sin, value_and_grad

def steps(x, count=COUNT):
    for _ in range(count):
        x = x * 1.01 + sin(x)
    return x

limited = compile(value_and_grad(steps), **OPTIONS)
given = np.ones(5_000_000)
with open("/proc/self/statm") as held:
    limit = int(held.read().split()[0]) * resource.getpagesize() + (100 << 20)
resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
try:
    limited(GIVEN)
except MemoryError as error:
    print(error)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="the limit of memory is one of Linux")
@pytest.mark.parametrize(
    ("count", "options", "given", "size"),
    [
        (10_000_000, {}, "1.0", "all operations of one call"),
        (30, {"in_axes": 0, "backend": "numpy"}, "given", "operations"),
    ],
)
def test_a_recording_that_does_not_fit_in_memory_says_so_and_what_to_do(count, options, given, size):
    program = _TOO_LONG.replace("COUNT", str(count)).replace("OPTIONS", repr(options)).replace("GIVEN", given)
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=ROOT)
    assert re.match("the recording of .*steps.* does not fit in memory", done.stdout)
    assert size in done.stdout
    assert "compile one step of a loop" in done.stdout
