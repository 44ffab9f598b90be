"""Models as files: the round trip bit for bit, files that do not fit, and files that are damaged or hostile."""

import io
import json
import math
import os
import pickle
import random
import struct
import zipfile
from functools import partial

import numpy as np
import pytest

from autograd import AutogradError, Parameter, Value, leaky_relu, relu, tanh
from nn import MLP, Layer, ModelFileError, Module, Sequential, load, save
from nn import storage as nn_storage
from nn.storage import description

EDGES = [0.0, -0.0, 5e-324, -1.7976931348623157e308, math.inf, -math.inf, math.nan, math.pi, 1 / 3]


class Numbers(Module):
    def __init__(self, numbers):
        self.numbers = [Parameter(number) for number in numbers]


def model(seed=0):
    return MLP(2, [3, 1], activation="tanh", rng=seed)


def bits(module):
    return [struct.pack("<d", number) for number in module.state_dict().values()]


def archive(path, **members):
    """A zip archive of these members, each bytes or an array."""
    with zipfile.ZipFile(path, "w") as file:
        for name, content in members.items():
            buffer = io.BytesIO()
            if isinstance(content, np.ndarray):
                np.lib.format.write_array(buffer, content, version=(3, 0), allow_pickle=True)
            else:
                buffer.write(content)
            file.writestr(f"{name}.npy", buffer.getvalue())
    return path


def about(**changes):
    sound = {
        "format": "chainrule model", "version": 2, "model": "MLP", "names": list(model().state_dict()),
        "built": description(model()),
    }  # fmt: skip
    return np.frombuffer(json.dumps(sound | changes).encode(), np.uint8)


# --- the round trip ---------------------------------------------------------------------------------------


def test_every_float_comes_back_to_the_bit(tmp_path):
    negative_nan = struct.unpack("<d", struct.pack("<Q", 0xFFF8000000000001))[0]
    saved = Numbers([*EDGES, negative_nan])
    save(saved, tmp_path / "numbers.npz")
    fresh = Numbers([7.0] * 10)
    assert load(fresh, tmp_path / "numbers.npz") is fresh
    assert bits(fresh) == bits(saved)


def test_a_loaded_model_computes_the_same(tmp_path):
    save(model(0), str(tmp_path / "any.name"))
    assert load(model(1), tmp_path / "any.name")([0.5, -1.0]).data == model(0)([0.5, -1.0]).data
    assert list(tmp_path.iterdir()) == [tmp_path / "any.name"]


def test_numpy_reads_the_file_without_the_package(tmp_path):
    save(model(), tmp_path / "model.npz")
    with np.load(tmp_path / "model.npz", allow_pickle=False) as file:
        found = json.loads(file["about"].tobytes())
        assert file["values"].tolist() == list(model().state_dict().values())
    assert found == {
        "format": "chainrule model", "version": 2, "names": list(model().state_dict()),
        "model": "MLP(2 -> 3 tanh -> 1 identity; 13 parameters)", "built": description(model()),
    }  # fmt: skip


def test_the_same_model_gives_the_same_bytes_and_a_file_is_replaced_whole(tmp_path):
    for name in ("one", "two"):
        save(model(), tmp_path / name)
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()
    save(model(1), tmp_path / "one")
    assert load(model(), tmp_path / "one").state_dict() == model(1).state_dict()


def test_a_save_that_fails_leaves_the_old_file_and_nothing_else(tmp_path, monkeypatch):
    save(model(), tmp_path / "model.npz")
    before = (tmp_path / "model.npz").read_bytes()

    def fail(*_, **__):
        raise OSError("disk full")

    monkeypatch.setattr(nn_storage.zipfile.ZipFile, "writestr", fail)
    with pytest.raises(OSError, match="disk full"):
        save(model(1), tmp_path / "model.npz")
    assert list(tmp_path.iterdir()) == [tmp_path / "model.npz"]
    assert (tmp_path / "model.npz").read_bytes() == before


def test_a_module_without_parameters_and_one_of_plain_values(tmp_path):
    save(Module(), tmp_path / "empty")
    assert load(Module(), tmp_path / "empty").state_dict() == {}

    class Plain(Module):
        def __init__(self, number):
            self.w = Value(number)

        def parameters(self):
            return [self.w]

    save(Plain(3.0), tmp_path / "plain")
    assert load(Plain(0.0), tmp_path / "plain").w.data == 3.0


VALUES = np.arange(13.0)

# --- files that do not fit --------------------------------------------------------------------------------


def test_another_architecture_is_refused_and_nothing_is_set(tmp_path):
    save(model(), tmp_path / "model.npz")
    other = MLP(2, [4, 1], rng=0)
    before = other.state_dict()
    with pytest.raises(ModelFileError) as caught:
        load(other, tmp_path / "model.npz")
    message = str(caught.value)
    assert "holds the parameters of MLP(2 -> 3 tanh -> 1 identity; 13 parameters), which do not fit" in message
    assert "MLP(2 -> 4 relu -> 1 identity; 17 parameters); missing: 'layers.0.neurons.3.w.0', " in message
    assert message.endswith("unexpected: none. Make the model as it was made when it was saved.")
    assert other.state_dict() == before
    with pytest.raises(ModelFileError, match=r"missing: none; unexpected: 'layers.0.neurons.2.w.0', .* and 1 more"):
        load(MLP(2, [2, 1]), tmp_path / "model.npz")


class Part(Module):
    """Something of every kind that a module may hold."""

    def __init__(self, **changes):
        self.w, self.shift = Parameter(1.0, "w"), Value(0.5)
        self.activation, self.slope, self.bent = tanh, 0.1, partial(leaky_relu, slope=0.1)
        self.parts, self.sizes, self.random = [{"w": self.w}, ()], np.array([1.0, 2.0]), np.random.default_rng()
        self.around, self.again = self, self.w
        vars(self).update(changes)


OTHERWISE = {
    "again": (Value(1.0), r"at 'again' the file has the same as 'w', and this model Value\(1.0\)"),
    "shift": (Value(-0.5), r"at 'shift' the file has Value\(0.5\), and this model Value\(-0.5\)\. Make the model as "),
    "activation": (relu, "at 'activation' the file has tanh, and this model relu"),
    "slope": (tanh, "at 'slope' the file has 0.1, and this model tanh"),
    "bent": (
        partial(leaky_relu, slope=0.2),
        "at 'bent' the file has leaky_relu with .* 0.1.*, .* leaky_relu with .* 0.2",
    ),
    "sizes": (Module(), r"at 'sizes' the file has array\(\[1., 2.\]\), and this model Module"),
    "parts": ([{}, ()], r"at 'parts.0' the file has dict of 1, and this model dict of 0"),
    "around": (None, "at 'around' the file has the same as '', and this model None"),
    "random": (Module(), "at 'random' the file has Generator, and this model Module"),
}


@pytest.mark.parametrize(("name", "other"), OTHERWISE.items(), ids=OTHERWISE)
def test_a_model_that_is_built_otherwise_is_refused(tmp_path, name, other):
    save(Part(), tmp_path / "model.npz")
    thing, message = other
    changed = Part(**{name: thing})
    changed.w.data = 7.0
    with pytest.raises(ModelFileError, match=message):
        load(changed, tmp_path / "model.npz")
    assert changed.w.data == 7.0


def test_another_activation_is_refused_though_all_parameters_fit(tmp_path):
    save(model(), tmp_path / "model.npz")
    with pytest.raises(ModelFileError) as caught:
        load(MLP(2, [3, 1], activation="relu"), tmp_path / "model.npz")
    assert str(caught.value).endswith(
        "holds MLP(2 -> 3 tanh -> 1 identity; 13 parameters), and MLP(2 -> 3 relu -> 1 identity; 13 parameters) is "
        "built otherwise: at 'layers.0.neurons.0.activation' the file has tanh, and this model relu; at "
        "'layers.0.neurons.1.activation' the file has tanh, and this model relu; at 'layers.0.neurons.2.activation' "
        "the file has tanh, and this model relu. Make the model as it was made when it was saved."
    )
    save(MLP(1, [4], output_activation="softmax"), tmp_path / "softmax")
    with pytest.raises(ModelFileError, match=r"'layers.0._joint' the file has softmax, and this model None"):
        load(MLP(1, [4]), tmp_path / "softmax")
    save(MLP(1, [4, 1], activation="tanh"), tmp_path / "model.npz")
    with pytest.raises(ModelFileError, match=r"and 1 more difference\. Make the model"):
        load(MLP(1, [4, 1], activation="relu"), tmp_path / "model.npz")
    save(Sequential(Layer(1, 1)), tmp_path / "model.npz")
    with pytest.raises(ModelFileError, match="at 'steps' the file has list of 1, and this model list of 2"):
        load(Sequential(Layer(1, 1), "tanh"), tmp_path / "model.npz")


def test_notes_that_are_made_on_a_model_do_not_count(tmp_path):
    saved = Part()
    saved.remark, saved.z = "after 30 epochs", saved.w * 2.0
    save(saved, tmp_path / "model.npz")
    fresh = Part(w=Parameter(0.0), author="me", z=Value(2.0) * 3.0)
    fresh.parts, fresh.again = [{"w": fresh.w}, ()], fresh.w
    assert load(fresh, tmp_path / "model.npz").w.data == 1.0
    assert (fresh.remark, fresh.author, fresh.z.data) == ("after 30 epochs", "me", 6.0)


# --- buffers ----------------------------------------------------------------------------------------------

DATA = [
    *[True, False, 0, -3, 10**30, "", "text ☃ \ud800", b"\0\xff", 1.5, math.inf, -0.0, 2 - 3j],
    *[np.float32(0.1), np.int8(-4), np.bool_(True), np.str_("ab"), np.datetime64("2024-05-06"), np.complex64(1j)],
    *[np.arange(6, dtype=kind).reshape(2, 3) for kind in ("i1", "u2", "<i4", ">i8", "f2", "f4", "<f8", ">f8", "c16")],
    *[np.array(2.5), np.zeros((0, 3)), np.array([True, False]), np.array(["a", "bcd"]), np.array([b"xy", b""])],
    *[
        np.array(["2020-01-01", "NaT"], "M8[D]"),
        np.array([3, 4], "m8[us]"),
        np.asfortranarray(np.eye(3)),
        np.zeros(3, "S0"),
    ],
    *[
        [],
        (),
        {},
        set(),
        [1, [2.0, ("x", None)]],
        {"mean": np.ones(2), 3: [True], None: {"a": {1.5}}},
        frozenset({1, 2}),
    ],
]


def same(one, two):
    """Equal in type, numbers, dtype and shape."""
    if type(one) is not type(two):
        return False
    if isinstance(one, (np.ndarray, np.generic)):
        return (one.dtype, one.shape, one.tobytes()) == (two.dtype, two.shape, two.tobytes())
    if isinstance(one, (list, tuple)):
        return len(one) == len(two) and all(map(same, one, two))
    if isinstance(one, dict):
        return list(one) == list(two) and all(same(one[key], two[key]) for key in one)
    return repr(one) == repr(two)


class Standardised(Module):
    """A net, and the statistics of its examples."""

    def __init__(self, mean, flag, note):
        self.net, self.mean, self.flag, self.note = model(), mean, flag, note

    def __call__(self, x):
        y = self.net([one - m for one, m in zip(x, self.mean, strict=True)])
        return -y if self.flag else y


@pytest.mark.parametrize("data", DATA, ids=lambda data: f"{type(data).__name__} {data!r:.30}")
def test_data_comes_back_as_it_was(tmp_path, data):
    saved = Numbers([1.0])
    saved.held = data
    save(saved, tmp_path / "model.npz")
    for before in ({}, {"held": None}, {"held": 7}, {"held": np.zeros(9)}):
        fresh = Numbers([2.0])
        vars(fresh).update(before)
        assert same(load(fresh, tmp_path / "model.npz").held, data)
        assert fresh.numbers[0].data == 1.0


def test_statistics_and_flags_are_part_of_what_a_model_computes(tmp_path):
    saved = Standardised(np.array([0.5, -2.0]), True, {"epochs": 30})
    save(saved, tmp_path / "model.npz")
    fresh = Standardised(np.zeros(2), False, None)
    fresh.net.layers[0].neurons[1].remark = "of the fresh one"
    load(fresh, tmp_path / "model.npz")
    assert fresh([1.0, 2.0]).data == saved([1.0, 2.0]).data
    assert (fresh.flag, fresh.note) == (True, {"epochs": 30})
    assert fresh.mean.dtype == np.float64
    fresh.mean[0] = 9.0  # an array of its own, that may be written to
    assert saved.mean[0] == 0.5


def test_a_note_deep_in_a_model_finds_its_place(tmp_path):
    saved = model()
    saved.layers[1].neurons[0].limits = (0.0, 1.0)
    saved.layers[0].scale = np.float32(0.5)
    save(saved, tmp_path / "model.npz")
    fresh = load(model(1), tmp_path / "model.npz")
    assert fresh.layers[1].neurons[0].limits == (0.0, 1.0)
    assert same(fresh.layers[0].scale, np.float32(0.5))


def test_numpy_reads_a_file_with_buffers_and_its_bytes_are_always_the_same(tmp_path):
    saved = model()
    saved.words, saved.mean = {f"word {k}" for k in range(20)}, np.array([1.0, 2.0])
    save(saved, tmp_path / "one")
    again = model()
    again.words, again.mean = {f"word {k}" for k in reversed(range(20))}, np.array([1.0, 2.0])
    save(again, tmp_path / "two")
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()
    with np.load(tmp_path / "one", allow_pickle=False) as file:
        assert set(file) == {"about", "values", "buffers"}
        assert file["buffers"].tobytes() == saved.mean.tobytes()
        assert json.loads(file["about"].tobytes())["buffers"]["mean"] == {"array": ["<f8", [2], 0]}


def test_what_is_no_plain_data_is_told_and_compared_as_before(tmp_path):
    itself = [1.0]
    itself.append(itself)
    twice = [2.0]
    for held in (itself, [twice, twice], np.array([(1, 2.0)], "i4,f8"), np.array([None]), [object()], np.longdouble(1)):
        saved = Numbers([1.0])
        saved.held = held
        save(saved, tmp_path / "model.npz")
        with zipfile.ZipFile(tmp_path / "model.npz") as file:
            assert sorted(file.namelist()) == ["about.npy", "values.npy"]


TAKEN = ["parameters", "forward", "load_state_dict", "_private", "__class__", "__dict__", "net", "net.layers", "fixed",
         "net.nin", "net.layers.0._joint", "nowhere.x", "net.layers.0.neurons.0.w", "two words"]  # fmt: skip


@pytest.mark.parametrize("name", TAKEN)
def test_data_takes_the_place_of_nothing_but_data(tmp_path, name):
    target = Standardised(np.zeros(2), False, "")
    sound = {
        "format": "chainrule model", "version": 2, "model": "x", "names": list(target.state_dict()), "built": {},
        "buffers": {name: 666, "mean": 5.0},
    }  # fmt: skip
    path = archive(tmp_path / "x", about=np.frombuffer(json.dumps(sound).encode(), np.uint8), values=VALUES)
    before = target.state_dict()
    with pytest.raises(ModelFileError, match=rf"built otherwise: at '{name}' the file has 666, and this model \w"):
        load(target, path)
    assert target.state_dict() == before
    assert target.mean.tolist() == [0.0, 0.0]


HOSTILE = [
    *[
        {"array": ["<f8", [2], 0]},
        {"array": ["<f8", [2**62], 0]},
        {"array": ["<f8", [1], 9**9]},
        {"array": ["<f8", [-1], 0]},
    ],
    *[{"array": ["O", [1], 0]}, {"array": ["|O8", [1], 0]}, {"array": ["<V8", [1], 0]}, {"array": ["f8,O", [1], 0]}],
    *[{"array": ["<f8", [1.0], 0]}, {"array": ["<f8", "1", 0]}, {"array": ["<f8", [1], True]}, {"array": [8, [1], 0]}],
    *[
        {"array": ["|b1", [8], 0]},
        {"array": ["<U1", [1], 0]},
        {"array": []},
        {"array": None},
        {"array": ["<f8", [0] * 99, 0]},
    ],
    *[{"scalar": ["<f8", [2], 0]}, {"scalar": ["<q9", [], 0]}, {"pickle": "x"}, {}, {"a": 1, "b": 2}, {"tuple": 3}],
    *[{"dict": [[1]]}, {"dict": [[[1], 2]]}, {"set": [[1]]}, {"complex": ["x", 1]}, {"bytes": "zz"}, {"bytes": 3}],
    *[[[{"frozenset": 1}]], {"<f8": 1}],
]


@pytest.mark.parametrize("data", HOSTILE, ids=lambda data: f"{data!r:.40}")
def test_hostile_data_is_refused(tmp_path, data):
    target = Numbers([0.0])
    sound = {
        "format": "chainrule model", "version": 2, "model": "x", "names": ["numbers.0"], "built": {},
        "buffers": {"held": data},
    }  # fmt: skip
    path = archive(
        tmp_path / "x",
        about=np.frombuffer(json.dumps(sound).encode(), np.uint8),
        values=VALUES[:1],
        buffers=np.frombuffer(b"\xff" * 9, np.uint8),
    )
    with pytest.raises(ModelFileError, match="is not a saved model, or is damaged"):
        load(target, path)
    assert "held" not in vars(target)
    assert target.numbers[0].data == 0.0


def test_buffers_that_are_none_are_no_model(tmp_path):
    with pytest.raises(ModelFileError, match="it does not say how its model is built"):
        load(model(), archive(tmp_path / "x", about=about(buffers=[1]), values=VALUES))


def test_a_file_with_buffers_survives_no_flipped_bit(tmp_path):
    def made(number):
        found = Numbers([number])
        found.mean, found.words = np.full(5, number), {"a": (1, 2.5)}
        return found

    save(made(1.0), tmp_path / "model.npz")
    whole, random_ = (tmp_path / "model.npz").read_bytes(), random.Random(1)
    refused = 0
    for _ in range(800):
        damaged = bytearray(whole)
        damaged[random_.randrange(len(whole))] ^= 1 << random_.randrange(8)
        (tmp_path / "x").write_bytes(damaged)
        target = made(0.0)
        try:
            load(target, tmp_path / "x")
        except ModelFileError:
            refused += 1
            assert target.mean.tolist() == [0.0] * 5
        else:
            assert (target.mean.tolist(), target.words) == ([1.0] * 5, {"a": (1, 2.5)})
    assert refused > 500


def test_the_error_is_of_the_tree():
    assert issubclass(ModelFileError, AutogradError)
    assert issubclass(ModelFileError, ValueError)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: save("model.npz", model()), r"save\(model, path\) takes the model itself first, got 'model.npz'"),
        (lambda: save(model().state_dict(), "x"), r"takes the model itself first, got \{'layers.0"),
        (lambda: save(model(), model()), r"save\(model, path\) takes the path of a file second, got MLP"),
        (lambda: load("model.npz", model()), r"load\(model, path\) takes the model itself first, got 'model.npz'"),
        (lambda: load(model(), None), r"load\(model, path\) takes the path of a file second, got None"),
    ],
)
def test_arguments_the_wrong_way_round_are_refused(call, message):
    with pytest.raises(TypeError, match=message):
        call()


def test_a_file_that_is_not_there_is_an_error_of_the_system(tmp_path):
    with pytest.raises(FileNotFoundError):
        load(model(), tmp_path / "none")
    with pytest.raises(FileNotFoundError):
        save(model(), tmp_path / "none" / "model.npz")


# --- damaged and hostile files ----------------------------------------------------------------------------


class Bomb:
    def __reduce__(self):
        return (os.mkdir, ("executed",))


def test_a_sound_archive_made_by_hand_loads(tmp_path):
    path = archive(tmp_path / "x", about=about(), values=VALUES)
    assert list(load(model(), path).state_dict().values()) == VALUES.tolist()


@pytest.mark.parametrize(
    ("members", "message"),
    [
        ({"values": VALUES}, r"is not a saved model, or is damaged: .*about.npy"),
        ({"about": about()}, r"is not a saved model, or is damaged: .*values.npy"),
        ({"about": about(), "values": np.array([Bomb()] * 13, object)}, "values is not an array as save"),
        ({"about": about(), "values": VALUES.astype(np.float32)}, "values is not an array as save"),
        ({"about": about(), "values": VALUES.astype(">f8")}, "values is not an array as save"),
        ({"about": about(), "values": VALUES.astype(complex)}, "values is not an array as save"),
        ({"about": about(), "values": VALUES.reshape(13, 1)}, "values is not an array as save"),
        ({"about": about(), "values": pickle.dumps(Bomb())}, "values is not an array as save"),
        ({"about": about(), "values": b""}, "values is not an array as save"),
        ({"about": about(format="other"), "values": VALUES}, "is not a saved model of this package"),
        ({"about": np.frombuffer(b"[1]", np.uint8), "values": VALUES}, "is not a saved model of this package"),
        ({"about": np.frombuffer(b"{", np.uint8), "values": VALUES}, "or is damaged: Expecting property name"),
        ({"about": np.frombuffer(b"\xff", np.uint8), "values": VALUES}, "or is damaged: 'ascii' codec"),
        (
            {"about": np.frombuffer(b"[" * 10**6, np.uint8), "values": VALUES},
            "or is damaged: .*([Rr]ecursion|Stack overflow)",
        ),
        (
            {"about": about(version=1), "values": VALUES},
            r"is of version 1; .* reads version 2, .* are the numbers alone",
        ),
        ({"about": about(model=3), "values": VALUES}, "it does not name its model and parameters"),
        ({"about": about(built=["MLP"]), "values": VALUES}, "it does not say how its model is built"),
        ({"about": about(built={"": 1}), "values": VALUES}, "it does not say how its model is built"),
        ({"about": about(names=None), "values": VALUES}, "it does not name its model and parameters"),
        ({"about": about(names=[1] * 13), "values": VALUES}, "it does not name its model and parameters"),
        ({"about": about(names=["w"] * 13), "values": VALUES}, "it has 1 different name for 13 parameters"),
        ({"about": about(), "values": VALUES[:5]}, "it has 13 different names for 5 parameters"),
    ],
)
def test_a_hostile_archive_is_refused_by_what_is_wrong_with_it(tmp_path, monkeypatch, members, message):
    monkeypatch.chdir(tmp_path)
    path = archive(tmp_path / "x", **members)
    target = model()
    before = target.state_dict()
    with pytest.raises(ModelFileError, match=message):
        load(target, path)
    assert target.state_dict() == before
    assert list(tmp_path.iterdir()) == [tmp_path / "x"]


def test_a_header_that_promises_more_than_there_is_is_refused(tmp_path):
    buffer = io.BytesIO()
    np.lib.format.write_array(buffer, VALUES, version=(3, 0))
    content = buffer.getvalue().replace(b"(13,)", b"(99,)")
    with pytest.raises(ModelFileError, match="values is not an array as save"):
        load(model(), archive(tmp_path / "x", about=about(), values=content))


def test_compressed_members_are_refused_before_they_are_unpacked(tmp_path):
    with zipfile.ZipFile(tmp_path / "x", "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("about.npy", b"\0" * 10**7)
        file.writestr("values.npy", b"\0" * 10**7)
    assert (tmp_path / "x").stat().st_size < 10**5
    with pytest.raises(ModelFileError, match=r"about is compressed or encrypted, and save.. does neither"):
        load(model(), tmp_path / "x")


def test_a_file_too_large_for_a_model_is_not_read(tmp_path):
    with (tmp_path / "x").open("wb") as file:
        file.truncate(2**30 + 1)
    with pytest.raises(ModelFileError, match="has 1073741825 bytes, more than a model may have"):
        load(model(), tmp_path / "x")


@pytest.mark.parametrize(
    "content", [b"", b"PK\x05\x06", b"not a model", pickle.dumps({"w": 1.0}), b"PK\3\4" + b"\xff" * 99]
)
def test_what_is_no_archive_is_refused(tmp_path, content):
    (tmp_path / "x").write_bytes(content)
    with pytest.raises(ModelFileError, match="is not a saved model, or is damaged"):
        load(model(), tmp_path / "x")


def test_every_truncation_is_refused(tmp_path):
    save(model(), tmp_path / "model.npz")
    whole = (tmp_path / "model.npz").read_bytes()
    for length in range(0, len(whole), 7):
        (tmp_path / "x").write_bytes(whole[:length])
        with pytest.raises(ModelFileError):
            load(model(), tmp_path / "x")


def test_a_flipped_bit_is_refused_or_changes_nothing(tmp_path):
    save(model(), tmp_path / "model.npz")
    whole, random_ = (tmp_path / "model.npz").read_bytes(), random.Random(0)
    refused = 0
    for _ in range(1500):
        damaged = bytearray(whole)
        damaged[random_.randrange(len(whole))] ^= 1 << random_.randrange(8)
        (tmp_path / "x").write_bytes(damaged)
        target = model(1)
        before = bits(target)
        try:
            load(target, tmp_path / "x")
        except ModelFileError:
            refused += 1
            assert bits(target) == before
        else:
            assert bits(target) == bits(model())
    assert refused > 1000


def test_where_no_model_can_be_saved(tmp_path):
    with pytest.raises(IsADirectoryError, match=r"cannot save to '.*': it is a folder; name a file in it"):
        save(model(), tmp_path)
    with pytest.raises(FileNotFoundError, match=r"cannot save to '.*x': there is no folder '.*none'"):
        save(model(), tmp_path / "none" / "x")


def test_the_file_of_a_compiled_function_is_told_from_that_of_a_model(tmp_path):
    path = tmp_path / "function.json"
    path.write_text("{}")
    with pytest.raises(
        ModelFileError, match=r"is not a saved model: it is JSON, as the file of a compiled function is"
    ):
        load(MLP(2, [1]), path)
