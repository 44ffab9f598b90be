"""A file that is saved is whole, whoever else writes it and whatever goes wrong."""

import os
import threading

import numpy as np
import pytest

import viz
from autograd import Value
from autograd import compile as record
from autograd.files import check_target, write_whole
from nn import MLP, save


def saved_tape(path):
    square = record(lambda x: x * x)
    square(3.0)
    square.save(path)


WRITERS = {
    "bytes": lambda path: write_whole(path, b"some"),
    "a compiled function": saved_tape,
    "a model": lambda path: save(MLP(2, [1], rng=0), path),
    "a picture": lambda path: viz.draw(Value(1.0, "a") * 2).save(path),
}


@pytest.fixture
def target(tmp_path):
    return tmp_path / "kept.svg"


@pytest.mark.parametrize("write", WRITERS.values(), ids=WRITERS)
def test_a_file_is_replaced_and_nothing_is_left_beside_it(write, target):
    target.write_bytes(b"before")
    write(target)
    assert target.read_bytes() != b"before"
    assert list(target.parent.iterdir()) == [target]


@pytest.mark.parametrize("write", WRITERS.values(), ids=WRITERS)
def test_an_error_leaves_the_file_as_it_was(write, target, monkeypatch):
    target.write_bytes(b"before")

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("pathlib.Path.replace", full)
    with pytest.raises((OSError, viz.DiagramError), match="No space left on device"):
        write(target)
    assert target.read_bytes() == b"before"
    assert list(target.parent.iterdir()) == [target]


def test_many_writers_of_one_file_do_not_meet(target):
    contents = [bytes([i]) * 100_000 for i in range(8)]
    errors = []

    def run(content):
        try:
            for _ in range(20):
                write_whole(target, content)
                assert target.read_bytes() in contents
        except BaseException as error:  # noqa: BLE001 -- told by the thread that started this one
            errors.append(error)

    threads = [threading.Thread(target=run, args=(content,)) for content in contents]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    assert list(target.parent.iterdir()) == [target]


def test_a_file_is_readable_by_whom_other_new_files_are(target):
    before = os.umask(0o027)
    try:
        write_whole(target, b"")
    finally:
        os.umask(before)
    assert np.base_repr(target.stat().st_mode & 0o777, 8) == "640"


def test_a_name_as_long_as_a_file_may_have(tmp_path):
    target = tmp_path / ("é" * 120)
    write_whole(target, b"x")
    assert target.read_bytes() == b"x"


def test_a_target_that_cannot_be_written_is_refused_first(tmp_path):
    with pytest.raises(IsADirectoryError, match="it is a folder; name a file in it"):
        check_target(tmp_path)
    with pytest.raises(FileNotFoundError, match="there is no folder"):
        check_target(tmp_path / "missing" / "file")
    check_target(tmp_path / "file")
