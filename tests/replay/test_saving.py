"""Compiled functions as files: data that is verified, and nothing that is run."""

from __future__ import annotations

import json
import math
from collections import OrderedDict
from dataclasses import dataclass, field, make_dataclass
from typing import Any, NamedTuple

import numpy as np
import pytest

import autograd as ag
from autograd import GuardError, RecordingError, TapeError, Value, primitive, record
from autograd import compile as compiled
from autograd.replay.saving import axes_from_data, sealed, tape_from_data, tape_to_data, treedef_from_data
from tests.support.backends import random_tape
from tests.support.programs import saved_function


@pytest.fixture
def saved(tmp_path):
    return saved_function(tmp_path / "f.tape")


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
    with pytest.raises(ag.GuardError, match="a comparison came out as on no path of this tape"):
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
    kind: str | float = field(default="p", metadata={"static": True})
    twice: Any = field(init=False, default=None)

    def __post_init__(self):
        self.twice = 2.0 * self.x


class Pair(NamedTuple):
    left: Any
    right: Any


def test_named_tuples_and_dataclasses_come_back_if_their_classes_are_given(tmp_path):
    def f(p, pair):
        return Pair(Point(p.twice * pair.left), [pair.right])

    g = compiled(ag.value_and_grad(lambda p, pair: f(p, pair).left.x, argnums=(0, 1)))
    h = compiled(f)
    arguments = Point(1.5, 2.25), Pair(2.0, {"b": 3.0}["b"])
    for one in (g, h):
        expected = one(*arguments)
        one.save(tmp_path / "one")
        loaded = ag.load(tmp_path / "one", classes=[Pair, Point])
        got = loaded(*arguments)
        assert type(got) is type(expected)
        assert repr(got) == repr(expected)
        loaded.save(tmp_path / "again")
        assert (tmp_path / "again").read_bytes() == (tmp_path / "one").read_bytes()
        with pytest.raises(TypeError, match="is a tape that takes"):
            loaded(Point(1.5, 2.5), arguments[1])  # a static field is part of the form
        with pytest.raises(TapeError, match=r"the tape holds a class 'Pair' with the fields .*classes=\[\.\.\.\]"):
            ag.load(tmp_path / "one", classes=[Point])


def test_a_class_of_another_shape_is_refused(tmp_path):
    f = compiled(lambda p, pair: p.x + pair.left)
    f(Point(1.0), Pair(1.0, 2.0))
    f.save(tmp_path / "f")
    other = type("Pair", (NamedTuple("Base", [("left", Any)]),), {})
    wrong = make_dataclass("Pair", ["left", "right"])
    for bad in (other, wrong):
        with pytest.raises(
            TapeError, match=r"class 'Pair' with the fields \['left', 'right'\]; the one in classes= is"
        ):
            ag.load(tmp_path / "f", classes=[Point, bad])
    with pytest.raises(ValueError, match="two classes that are called 'Pair'"):
        ag.load(tmp_path / "f", classes=[Pair, other])
    for bad in (int, "Point", Point(1.0)):
        with pytest.raises(TypeError, match="takes the classes of named tuples and dataclasses, not"):
            ag.load(tmp_path / "f", classes=[bad])


def test_loading_runs_nothing_of_a_class(tmp_path):
    f = compiled(lambda p: p.x * 2.0)
    f(Point(1.0))
    f.save(tmp_path / "f")
    ran = []

    @dataclass
    class Point_:  # noqa: N801
        x: Any
        kind: str = field(default="p", metadata={"static": True})
        twice: Any = field(init=False, default=None)

        def __new__(cls, *_args, **_options):
            ran.append("new")
            return super().__new__(cls)

        def __post_init__(self):
            ran.append("init")

        def __setattr__(self, name, value):
            ran.append("setattr")

    Point_.__name__ = "Point"
    ag.load(tmp_path / "f", classes=[Point_])
    assert ran == []


def test_what_a_file_cannot_name(tmp_path):
    f = compiled(lambda p: p["a"])
    f(OrderedDict(a=1.0))
    with pytest.raises(TypeError, match="an argument holds a OrderedDict, which a file cannot name"):
        f.save(tmp_path / "f")
    g = compiled(lambda p: p.x)
    g(Point(1.0, kind=(1, 2)))
    with pytest.raises(TypeError, match=r"an argument holds a Point whose static field is \(1, 2\): a file takes"):
        g.save(tmp_path / "f")
    assert list(tmp_path.iterdir()) == []


def test_nested_axes_are_kept(tmp_path):
    f = compiled(
        lambda p, q, r: p["a"] * q[0] + q[1] * p["b"] + r.left, in_axes=({"a": 0, "b": None}, [0, 1], Pair(0, None))
    )
    arguments = {"a": np.arange(3.0), "b": 2.0}, [np.ones(3), np.ones((2, 3))], Pair(np.arange(3.0), 1.0)
    expected = f(*arguments)
    f.save(tmp_path / "f")
    assert equal(ag.load(tmp_path / "f", classes=[Pair])(*arguments), expected)


@pytest.mark.parametrize("data", [True, 1.5, "x", [0], {"list": [0]}, {"tuple": [2**40]}, {"tuple": [{"set": []}]}])
def test_axes_that_are_none(data):
    with pytest.raises(TapeError, match="damaged tape"):
        axes_from_data(data, {})


@pytest.mark.parametrize("static", [[["kind", ["zzz"]]], [["kind", {}]], [["kind", ["0x1p99999"]]]])
def test_static_fields_that_are_none(static):
    data = {"dataclass": "Point", "fields": [["x", "number"], ["twice", "number"]], "static": static}
    with pytest.raises(TapeError, match="is not a static field"):
        treedef_from_data(data, {"Point": Point})


@pytest.mark.parametrize("number", [0, -1, 1, 2**63, ["0x1p0"]])
def test_a_number_in_a_field_that_is_not_static_is_no_static_field(number):
    data = {"dataclass": "Point", "fields": [["x", "number"]], "static": [["kind", "p"], ["twice", number]]}
    with pytest.raises(TapeError, match=r"cannot be built: a tape holds .* in the place of a number or an array"):
        treedef_from_data(data, {"Point": Point})


def test_an_operation_that_is_not_defined_or_was_defined_anew(tmp_path):
    own = primitive("only_here", forward=lambda x: x + 1.0, partials=lambda x, out: (1.0,))
    f = compiled(own)
    f(1.0)
    f.save(tmp_path / "f")
    assert ag.load(tmp_path / "f")(1.0) == 2.0
    text = (tmp_path / "f").read_text()
    (tmp_path / "f").write_text(json.dumps(sealed(json.loads(text.replace("only_here", "elsewhere")))))
    with pytest.raises(TapeError, match="an operation 'elsewhere' that is not defined here: define it with primitive"):
        ag.load(tmp_path / "f")
    primitive("only_here", forward=lambda x: x + 2.0, partials=lambda x, out: (1.0,))
    with pytest.raises(TypeError, match="an operation 'only_here' other than the one that is called so now"):
        f.save(tmp_path / "f")


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
    (tmp_path / "changed").write_text(json.dumps(sealed(data)))
    return tmp_path / "changed"


@pytest.mark.parametrize("flip", [[0, 0], [0, 2], [1, 1], [-1, 1], [0, -1], [0], [0.0, 1], [0, True]])
def test_flips_that_lead_nowhere_or_back(saved, tmp_path, flip):
    data = json.loads(saved[0].read_text())
    assert [len(path["tape"]["guards"]) for path in data["forms"][0]["paths"]] == [1, 1]
    data["forms"][0]["paths"][0]["flips"] = [flip]
    (tmp_path / "changed").write_text(json.dumps(sealed(data)))
    with pytest.raises(TapeError, match="is not a side exit"):
        ag.load(tmp_path / "changed")


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


@pytest.mark.parametrize(
    ("path", "error", "message"),
    [
        (3, TypeError, "a compiled function is saved and loaded by the path of a file, not 3"),
        ("", IsADirectoryError, "cannot save to '.': it is a folder; name a file in it"),
        ("no/such/f", FileNotFoundError, "cannot save to 'no/such/f': there is no folder 'no/such'"),
    ],
)
def test_where_nothing_can_be_saved(path, error, message):
    f = compiled(lambda x: x * 2.0)
    f(1.0)
    with pytest.raises(error, match=message):
        f.save(path)


def test_a_path_that_is_none():
    with pytest.raises(TypeError, match="by the path of a file, not None"):
        ag.load(None)
