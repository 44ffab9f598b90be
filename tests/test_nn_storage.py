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
from nn.architecture import description

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
    "slope": (0.2, "at 'slope' the file has 0.1, and this model 0.2"),
    "bent": (
        partial(leaky_relu, slope=0.2),
        "at 'bent' the file has leaky_relu with .* 0.1.*, .* leaky_relu with .* 0.2",
    ),
    "sizes": (
        np.array([1.0, 3.0]),
        r"at 'sizes' the file has <f8 array \(2,\) \w+, and this model <f8 array \(2,\) \w+",
    ),
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


def test_the_error_is_of_the_tree():
    assert issubclass(ModelFileError, AutogradError)
    assert issubclass(ModelFileError, ValueError)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: save("model.npz", model()), r"save\(model, path\) takes the model itself first, not 'model.npz'"),
        (lambda: save(model().state_dict(), "x"), r"takes the model itself first, not \{'layers.0"),
        (lambda: save(model(), model()), r"save\(model, path\) takes the path of a file second, not MLP"),
        (lambda: load("model.npz", model()), r"load\(model, path\) takes the model itself first, not 'model.npz'"),
        (lambda: load(model(), None), r"load\(model, path\) takes the path of a file second, not None"),
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

VALUES = np.arange(13.0)


class Bomb:
    def __reduce__(self):
        return (os.mkdir, ("executed",))


def test_a_sound_archive_made_by_hand_loads(tmp_path):
    path = archive(tmp_path / "x", about=about(), values=VALUES)
    assert list(load(model(), path).state_dict().values()) == VALUES.tolist()


@pytest.mark.parametrize(
    ("members", "message"),
    [
        ({"values": VALUES}, r"is no saved model, or is damaged: .*about.npy"),
        ({"about": about()}, r"is no saved model, or is damaged: .*values.npy"),
        ({"about": about(), "values": np.array([Bomb()] * 13, object)}, "values is not an array as save"),
        ({"about": about(), "values": VALUES.astype(np.float32)}, "values is not an array as save"),
        ({"about": about(), "values": VALUES.astype(">f8")}, "values is not an array as save"),
        ({"about": about(), "values": VALUES.astype(complex)}, "values is not an array as save"),
        ({"about": about(), "values": VALUES.reshape(13, 1)}, "values is not an array as save"),
        ({"about": about(), "values": pickle.dumps(Bomb())}, "values is not an array as save"),
        ({"about": about(), "values": b""}, "values is not an array as save"),
        ({"about": about(format="other"), "values": VALUES}, "is no saved model of this package"),
        ({"about": np.frombuffer(b"[1]", np.uint8), "values": VALUES}, "is no saved model of this package"),
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
    with pytest.raises(ModelFileError, match="is no saved model, or is damaged"):
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
