"""Arguments and results of compiled functions: containers, batch axes, structures; what is not a number."""

from __future__ import annotations

import dataclasses
from concurrent.futures import ThreadPoolExecutor
from typing import Any, NamedTuple

import numpy as np
import pytest

import autograd as ag
from autograd import RecordingError, Value
from autograd import compile as compiled
from autograd.replay import backends
from autograd.replay.signature import take_apart

BACKENDS = ["python", "numpy", *[name for name in ("c", "numba", "jax") if backends.available(name)]]
REFERENCES = ["python", "numpy"]


# --- containers -------------------------------------------------------------------------------------------


@dataclasses.dataclass
class Option:
    spot: Any
    strike: Any
    kind: str = dataclasses.field(default="call", metadata={"static": True})


class Pair(NamedTuple):
    left: Any
    right: Any


@pytest.mark.parametrize("backend", REFERENCES)
def test_containers_in_and_out(backend):
    def f(tree, *, scale):
        a, (b, c), d = tree["a"], tree["pair"], tree["m"]
        return {"z": [a * scale, None], "a": Pair(b, (c,)), "m": d * 2.0, "n": np.array(7.0) * a, "k": 1}

    tree = {"pair": Pair(2, 3.0), "a": np.float32(1.5), "m": np.arange(6).reshape(2, 3)}
    out = compiled(f, backend=backend)(tree, scale=2.0)
    assert list(out) == ["z", "a", "m", "n", "k"]
    assert (out["z"], out["a"], out["n"], out["k"]) == ([3.0, None], Pair(2.0, (3.0,)), 10.5, 1.0)
    np.testing.assert_array_equal(out["m"], [[0.0, 2.0, 4.0], [6.0, 8.0, 10.0]])
    assert out["m"].dtype == np.float64


@pytest.mark.parametrize("in_axes", [None, 0])
def test_the_order_of_a_dict_counts_as_it_does_in_eager_code(in_axes):
    def f(first, trees, *, last):
        entries = [*trees[0]["inner"].values(), *last.values()]
        return [first * place * entry for place, entry in enumerate(entries, start=1)]

    def number(value):
        return value if in_axes is None else np.array([value, -value])

    g = compiled(f, in_axes=in_axes)
    there, back = {"b": number(2.0), "a": number(3.0)}, {"a": number(3.0), "b": number(2.0)}
    for inner, last in [(there, there), (back, there), (there, back), (back, back), (there, there)]:
        expected = f(number(1.0), [{"inner": inner}], last=last)
        np.testing.assert_array_equal(g(number(1.0), [{"inner": inner}], last=last), expected)
    assert len(g.paths) == 4
    whole = {key: int(value) if in_axes is None else value.astype(int) for key, value in back.items()}
    expected = f(number(1.0), [{"inner": back}], last=there)
    np.testing.assert_array_equal(g(number(1.0), [{"inner": whole}], last=there), expected)
    assert len(g.paths) == 4


def test_a_loaded_function_knows_the_order_of_a_dict(tmp_path):
    f = compiled(lambda tree: [2.0 * entry for entry in tree.values()])
    f({"b": 1.0, "a": 2.0})
    f.save(tmp_path / "f")
    again = ag.load(tmp_path / "f")
    assert again({"b": 1.0, "a": 2.0}) == [2.0, 4.0]
    with pytest.raises(
        TypeError, match=r"takes \(\{'b': number, 'a': number\}\), not \(\{'a': number, 'b': number\}\)"
    ):
        again({"a": 2.0, "b": 1.0})


def test_names_of_parameters_by_keyword_alone_are_not_given_to_others():
    def f(x, *rest, scale):
        return x * rest[0] * rest[1] * scale

    g = compiled(f)
    assert g(1.0, 2.0, 3.0, scale=4.0) == 24.0
    assert g.tape.labels[:4] == ("x", "x1", "x2", "scale")


@pytest.mark.parametrize("backend", REFERENCES)
def test_dataclasses_and_their_static_fields(backend):
    f = compiled(
        lambda o: ag.relu(o.spot - o.strike) if o.kind == "call" else ag.relu(o.strike - o.spot), backend=backend
    )
    assert [f(Option(5.0, 3.0)), f(Option(5.0, 3.0, "put")), f(Option(2.0, 3.0, "put"))] == [2.0, 0.0, 1.0]
    slope = compiled(ag.grad(lambda o: o.spot * o.strike), backend=backend)(Option(5.0, 3.0))
    assert (slope.spot, slope.strike) == (3.0, 5.0)


def test_other_shapes_and_containers_are_recorded_anew():
    f = compiled(lambda xs: ag.fsum(list(xs)))
    assert [f([1.0, 2.0]), f([1.0, 2.0, 3.0]), f((1.0, 2.0)), f(np.array([4.0, 5.0])), f([7, 8])] == [3, 6, 3, 9, 15]
    assert len(f.paths) == 4


def test_a_batch_of_another_length_is_the_same_recording():
    calls = []
    f = compiled(lambda x: calls.append(x) or x * x, in_axes=0)
    for n in (1, 2, 500, 2):
        np.testing.assert_array_equal(f(np.arange(float(n))), np.arange(float(n)) ** 2)
    assert len(calls) == 1


@pytest.mark.parametrize("backend", BACKENDS)
def test_batch_axes(backend):
    def f(p, x, y):
        return {"v": p["w"] @ x + p["b"] * y, "x": x}

    rng = np.random.default_rng(0)
    w, b, x, y = rng.normal(size=3), rng.normal(size=5), rng.normal(size=(3, 5)), rng.normal(size=(5,))
    g = compiled(f, in_axes=({"w": None, "b": 0}, 1, -1), backend=backend)
    out = g({"w": w, "b": b}, x, y)
    np.testing.assert_allclose(out["v"], w @ x + b * y, rtol=1e-13)
    np.testing.assert_array_equal(out["x"], x.T)
    by_keyword = compiled(lambda s, *, t: s * t, in_axes=(None,), backend=backend)
    np.testing.assert_allclose(by_keyword(2.0, t=np.array([1.0, 3.0])), [2.0, 6.0])
    shared = compiled(lambda s, t: [s * 2.0, t], in_axes=(None, 0), reduce="sum", backend=backend)
    np.testing.assert_allclose(shared(3.0, np.array([1.0, 4.0])), [12.0, 5.0])


def test_results_have_the_structure_of_the_function_in_every_reduction():
    xs = np.array([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]])

    def f(x):
        return x[0], x * 2.0

    value, array = compiled(f, in_axes=0)(xs)
    assert (value.shape, array.shape) == ((3,), (3, 2))
    value, array = compiled(f, in_axes=0, reduce="mean")(xs)
    assert (type(value), value, array.tolist()) == (float, 3.0, [6.0, 8.0])


def test_arguments_and_results_are_not_shared_with_the_caller():
    xs = np.array([1.0, 2.0])
    f = compiled(lambda x: x * 1.0)
    first = f(xs)
    first[0] = 99.0
    assert (f(xs).tolist(), xs.tolist()) == ([1.0, 2.0], [1.0, 2.0])
    g = compiled(lambda x: [x, x], in_axes=0)
    a, b = g(xs)
    a[0] = 99.0
    assert (b[0], xs[0]) == (1.0, 1.0)


def test_read_only_and_strided_arrays():
    xs = np.arange(12.0).reshape(3, 4)[:, ::2]
    xs.setflags(write=False)
    for axes, expected in ((0, xs.sum(axis=1)), (1, xs.sum(axis=0))):
        np.testing.assert_array_equal(compiled(ag.fsum, in_axes=axes)(xs), expected)


# --- what is refused --------------------------------------------------------------------------------------


def test_bad_batches():
    f = compiled(lambda x, y: x * y, in_axes=0)
    x = np.ones(3)
    with pytest.raises(ValueError, match="the batch lengths differ: 3 examples in argument 0, 2 in argument 1"):
        f(x, np.ones(2))
    with pytest.raises(
        ValueError, match=r"argument 1 is batched along axis 0, which is missing in a bare number.*in_axes=None"
    ):
        f(x, 2.0)
    with pytest.raises(
        ValueError, match=r"argument 0 is batched along axis 0, which is missing in a bare number.*numpy.asarray"
    ):
        f([1.0, 2.0], x)
    with pytest.raises(ValueError, match=r"axis 2, which is missing in an array of shape \(3,\)"):
        compiled(lambda x: x, in_axes=2)(x)
    with pytest.raises(ValueError, match="argument 0 holds no examples: the batch is empty"):
        f(np.ones(0), np.ones(0))
    with pytest.raises(ValueError, match=r"in_axes=\(0,\) must have an entry for .* there are 2: give None"):
        compiled(lambda x, y: x * y, in_axes=(0,))(x, x)
    with pytest.raises(ValueError, match="gives no argument an axis"):
        compiled(lambda x: x, in_axes=(None,))(x)
    with pytest.raises(ValueError, match=r"in_axes for argument 0 is .* not built like it"):
        compiled(lambda p: p["a"], in_axes=({"b": 0},))({"a": x})
    with pytest.raises(TypeError, match="in_axes for argument 0 holds 'rows'"):
        compiled(lambda p: p["a"], in_axes=({"a": "rows"},))({"a": x})


@pytest.mark.parametrize("bad", [None, 1j, [1.0, 1j], {"a": object()}, np.array(["x"])])
def test_arguments_that_are_no_numbers(bad):
    if bad is None:
        assert compiled(lambda x: 1.0)(None) == 1.0
        return
    with pytest.raises(TypeError, match="argument 0"):
        compiled(lambda x: 1.0)(bad)


def test_results_that_are_no_numbers():
    with pytest.raises(TypeError, match=r"the result of <lambda>\[1\] takes one real number, not the str 'x'"):
        compiled(lambda x: [x, "x"])(1.0)


def test_a_batch_needs_results_of_one_structure():
    f = compiled(lambda x: [x, x] if x > 0.0 else x, in_axes=0)
    with pytest.raises(TypeError, match=r"one structure; on one path it is \[number, number\], on another number"):
        f(np.array([1.0, -1.0]))


def test_a_value_cannot_enter_a_batch():
    f = compiled(lambda x, w: x * w, in_axes=(0, None))
    with pytest.raises(RecordingError, match=r"<lambda> is compiled for batches \(in_axes=\(0, None\)\)"):
        f(np.ones(3), Value(2.0))
    with pytest.raises(RecordingError, match="compiled for batches"):
        compiled(lambda x: f(np.ones(3), 2.0)[0] * x)(1.0)


# --- numbers of a call ------------------------------------------------------------------------------------


@pytest.mark.parametrize("backend", BACKENDS)
def test_any_mix_of_bare_numbers_and_arrays_arrives_in_its_place(backend):
    """Bare numbers in a row are taken together, arrays one by one; shared ones and batched ones apart."""

    def f(tree, x, *rest, t):
        return [tree["a"], tree["b"], *tree["c"], x, *[one for array in rest for one in array.ravel()], t]

    rng = np.random.default_rng(0)
    tree = {"a": 1.5, "b": 2.5, "c": (np.array([3.5, 4.5]), 5.5, -0.0)}
    x, matrix, rows, t = rng.normal(size=3), rng.normal(size=(2, 2)), rng.normal(size=(3, 2, 2)), rng.normal(size=3)
    flat = compiled(lambda *args, t: np.hstack([np.ravel(one) for one in f(*args, t=t)]), in_axes=(None, 0, None, 0),
                    backend=backend)  # fmt: skip
    got = flat(tree, x, matrix, rows, t=t)
    shared = [1.5, 2.5, 3.5, 4.5, 5.5, -0.0]
    expected = [[*shared, x[i], *matrix.ravel(), *rows[i].ravel(), t[i]] for i in range(3)]
    np.testing.assert_array_equal(got, expected)
    assert np.signbit(got[:, 5]).all()
    single = compiled(flat._function, backend=backend)
    np.testing.assert_array_equal(single(tree, x[0], matrix, rows[0], t=t[0]), expected[0])


@pytest.mark.parametrize("axis", [0, 1, 2, -1, -2, -3])
def test_every_axis_of_an_array_may_be_the_batch(axis):
    array = np.arange(24.0).reshape(2, 3, 4)
    got = compiled(lambda x: x * 1.0, in_axes=axis)(array)
    np.testing.assert_array_equal(got, np.moveaxis(array, axis, 0))


@pytest.mark.parametrize("backend", BACKENDS)
def test_results_are_kept_though_the_room_for_the_numbers_is_used_again(backend):
    f = compiled(lambda w, x: [w, x, w * x], in_axes=(None, 0), backend=backend)
    first = f(2.0, np.array([1.0, 2.0]))
    kept = [part.copy() for part in first]
    f(7.0, np.array([5.0, 6.0]))
    for part, copy in zip(first, kept, strict=True):
        np.testing.assert_array_equal(part, copy)


def test_many_threads_fill_numbers_of_their_own():
    f = compiled(lambda w, x: (w[0] * x, w[1] + x), in_axes=(None, 0))
    xs = np.arange(500.0)

    def work(k):
        product, total = f([float(k), -float(k)], xs + k)
        np.testing.assert_array_equal(product, k * (xs + k))
        np.testing.assert_array_equal(total, xs)
        return True

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(work, range(200)))


def test_large_numbers_of_a_call_are_not_kept(monkeypatch):
    monkeypatch.setattr("autograd.replay.signature._MOST_KEPT", 10)
    f = compiled(lambda x: x * 2.0, in_axes=0)
    for n in (5, 50):
        assert f(np.ones(n)).tolist() == [2.0] * n
    assert [len(plan._spare) for plan in f._kept.plans._known.values()] == [1, 0]


def test_a_number_of_numpy_is_taken_as_a_float_and_the_array_beside_it_is_not_copied():
    array = np.array([1.0, 2.0])
    leaves, key = take_apart((np.float64(2.0), [3, np.float64(4.0)], array), {})
    assert key == take_apart((2.0, [3.0, 4.0], array), {})[1]
    assert (leaves[:3], [*map(type, leaves[:3])]) == ([2.0, 3.0, 4.0], [float] * 3)
    assert leaves[3] is array
    f = compiled(lambda x, y: x * y, in_axes=(None, 0))
    for x in (np.float64(3.0), 3.0):
        assert f(x, array).tolist() == [3.0, 6.0]
    assert len(f.paths) == 1


def test_arrays_of_other_types_are_converted():
    f = compiled(lambda x: x * 2.0, in_axes=0)
    for kind in (np.int32, np.float32, np.bool_, ">f8"):
        got = f(np.array([0, 1], dtype=kind))
        assert (got.tolist(), got.dtype) == ([0.0, 2.0], np.float64)
    assert len(f.paths) == 1
