"""Values and NumPy: scalars, arrays and object arrays beside Values, NumPy's functions, and what is refused."""

import math
import operator

import numpy as np
import pytest

from autograd import ConversionError, Parameter, Value
from autograd import compile as compiled
from autograd.primitives import PRIMITIVES


def datas(array):
    return [value.data for value in np.ravel(array)]


def parameters(*shape):
    array = np.empty(shape, dtype=object)
    for i in range(array.size):
        array.flat[i] = Parameter(0.5 + i, f"p{i}")
    return array


# --- scalars ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("scalar", [np.float64(2), np.float32(2), np.float16(2), np.int64(2), np.uint8(2)], ids=repr)
def test_a_numpy_scalar_on_either_side_gives_a_value(scalar):
    v = Value(3.0)
    results = [scalar + v, scalar - v, scalar * v, scalar / v, scalar**v, v + scalar, v - scalar, v / scalar, v**scalar]
    assert {type(result) for result in results} == {Value}
    assert [result.data for result in results] == [5.0, -1.0, 6.0, 2 / 3, 8.0, 5.0, 1.0, 1.5, 9.0]
    (scalar * v).backward()
    assert (v.grad, type(v.grad)) == (2.0, float)


def test_numpy_scalars_compare_with_values():
    v = Value(3.0)
    for two in (np.float64(2), np.float32(2), np.int64(2)):
        assert two < v
        assert v > two
        assert two != v
        assert not two == v  # noqa: SIM201
        assert two + 1 == v
        assert v == two + 1
        assert not two >= v


def test_a_zero_dimensional_array_is_a_number():
    v = Value(3.0)
    for result in (np.array(2.0) * v, v * np.array(2.0), np.array(2) + v - 2 + v):
        assert isinstance(result, Value)
        assert result.data == 6.0


def test_no_numpy_number_is_kept_in_the_graph():
    v = Value(np.float64(3.0))
    y = np.float64(2.0) * v + np.float64(1.0)
    assert {type(node.data) for node in y.topological_order()} == {float}


# --- NumPy's functions ------------------------------------------------------------------------------------

FUNCTIONS = [op for op in PRIMITIVES.values() if op.builtin and isinstance(getattr(np, op.ufunc or "", None), np.ufunc)]


@pytest.mark.parametrize("op", FUNCTIONS, ids=lambda op: op.ufunc)
def test_a_function_of_numpy_on_values_is_the_operation_of_its_meaning(op):
    ufunc = getattr(np, op.ufunc)
    numbers = next(point for point in ([0.5, 0.25], [1.5, 0.25]) if op.domain.contains(*point[: op.arity]))
    numbers = numbers[: op.arity]
    values = [Value(number) for number in numbers]
    result = ufunc(*values)
    assert isinstance(result, Value)
    assert (result.op.name, result.parents) == (op.name, tuple(values))
    assert result.data == pytest.approx(float(ufunc(*numbers)), rel=1e-14)


UFUNCS = {ufunc.__name__: ufunc for ufunc in vars(np).values() if isinstance(ufunc, np.ufunc)}
REFUSED = {
    "bitwise_and", "bitwise_count", "bitwise_or", "bitwise_xor", "frexp", "gcd", "invert", "isnat", "lcm", "left_shift",
    "logaddexp2", "matmul", "matvec", "nextafter", "right_shift", "spacing", "vecdot", "vecmat",
}  # fmt: skip
NUMBERS = (-2.75, -1.0, -0.5, -0.0, 0.0, 0.5, 0.8, 1.0, 1.5, 2.5, 7.25)


def operands(ufunc):
    """Points at which ``ufunc`` gives numbers, or truths."""
    with np.errstate(all="ignore"):
        for x in NUMBERS:
            for y in NUMBERS if ufunc.nin == 2 else (0.0,):
                point = (x, y)[: ufunc.nin] if ufunc.__name__ != "ldexp" else (x, int(y))
                results = ufunc(*point)
                if np.all(np.isfinite(results)):
                    yield point, results if ufunc.nout == 2 else (results,)


@pytest.mark.parametrize("name", sorted(UFUNCS))
def test_every_function_of_numpy_gives_its_value_on_a_value_or_says_what_to_do(name):
    ufunc = UFUNCS[name]
    if name in REFUSED:
        with pytest.raises(TypeError, match=rf"^NumPy's {name} is not defined on Values: \w+"):
            ufunc(*[Value(1.0)] * ufunc.nin)
        return
    points = list(operands(ufunc))
    assert len(points) > 2
    for point, expected in points:
        values = [Value(x) if isinstance(x, float) else x for x in point]
        results = ufunc(*values)
        for result, number in zip(results if ufunc.nout == 2 else (results,), expected, strict=True):
            if isinstance(number, np.bool):
                assert result is bool(number), point
            else:
                assert isinstance(result, Value)
                assert result.data == pytest.approx(float(number), rel=1e-14), point
                if name not in ("fmax", "fmin", "power"):  # of two zeros either; NumPy's square root of -0.0
                    assert math.copysign(1.0, result.data) == math.copysign(1.0, float(number)), point


SMOOTH = [
    name for name in sorted(UFUNCS)
    if name not in REFUSED | {"heaviside"} and {"d->d", "dd->d"} & {*UFUNCS[name].types}
]  # fmt: skip


@pytest.mark.parametrize("name", SMOOTH)
def test_every_function_of_numpy_has_the_derivative_of_its_differences(name):
    ufunc, h = UFUNCS[name], 1e-6
    for point in [(0.3, 0.7), (1.3, -0.45), (-0.3, 2.2), (-7.25, 1.6), (4.6, 3.1)]:
        numbers = point[: ufunc.nin]
        with np.errstate(all="ignore"):
            if not np.isfinite(ufunc(*numbers)):
                continue
        values = [Value(x) for x in numbers]
        ufunc(*values).backward()
        for i, value in enumerate(values):
            up, down = (ufunc(*[x + step * (i == k) for k, x in enumerate(numbers)]) for step in (h, -h))
            assert value.grad == pytest.approx((up - down) / (2 * h), rel=1e-7, abs=1e-7), (numbers, i)


OBJECT_LOOPS = [
    name for name in sorted(UFUNCS)
    if name not in REFUSED and any(set(kinds) <= set("O->?") and "O" in kinds for kinds in UFUNCS[name].types)
]  # fmt: skip


@pytest.mark.parametrize("name", OBJECT_LOOPS)
def test_an_array_of_objects_has_the_numbers_of_bare_values(name):
    ufunc = UFUNCS[name]
    for point, _ in operands(ufunc):
        bare = ufunc(*map(Value, point))
        (held,) = ufunc(*[np.array([Value(x)], dtype=object) for x in point])
        if isinstance(bare, bool):
            assert bool(held) is bare, point
        else:
            assert held == bare.data, point
            assert isinstance(held, Value) or name == "sign"


def test_what_numpy_and_values_take_beside_each_other():
    v = Value(7.5)
    for result, expected in [
        (np.float64(17.0) % v, [2.0]),
        (np.floor_divide(np.array([17.0, 20.0]), v), [2.0, 2.0]),
        (np.mod(v, [2.0, 4.0]), [1.5, 3.5]),
        (np.round(v), [8.0]),
        (np.round(np.array([v, v / 4], dtype=object), 1), [7.5, 1.9]),
        (np.fix(v), [7.0]),
        (np.divmod(v, np.array([2.0, 4.0]))[1], [1.5, 3.5]),
        (divmod(v, np.array([2.0, 4.0]))[0], [3.0, 1.0]),
        (divmod(np.array([17.0]), v)[1], [2.0]),
        (np.fmax(v, math.nan), [7.5]),
        (np.fmin(math.nan, v), [7.5]),
        (np.heaviside(Value(0.0), v), [7.5]),
    ]:
        assert datas(result) == expected
        assert all(isinstance(value, Value) for value in np.ravel(result))
    np.heaviside(Value(0.0), v).backward()
    assert v.grad == 1.0


def test_a_function_of_objects_that_a_user_made_is_called_with_the_value():
    v = Value(3.0)
    twice = np.frompyfunc(lambda x: x + x, 1, 1)
    assert twice(v).parents == (v, v)
    assert datas(np.vectorize(lambda x: x * v)([1.0, 2.0])) == [3.0, 6.0]


def test_special_functions_of_scipy_on_a_value():
    special = pytest.importorskip("scipy.special")
    for name in ("erf", "erfc", "expit", "gammaln", "log_expit", "ndtr", "psi", "cbrt", "exp2", "log1p"):
        function = getattr(special, name)
        assert function(Value(0.7)).data == pytest.approx(float(function(0.7)), rel=1e-14)
    with pytest.raises(TypeError, match=r"^NumPy's i0 is not defined on Values: .* define the function with primitive"):
        special.i0(Value(1.0))


@pytest.mark.parametrize(
    ("question", "numbers"),
    [
        (np.isnan, (1.0, math.nan, 2.0)), (np.isfinite, (1.0, math.inf, -3.0)), (np.isinf, (1.0, -math.inf, -3.0)),
        (np.signbit, (1.0, -2.0, 3.0)),
    ],
)  # fmt: skip
def test_a_question_about_a_value_is_kept_by_a_recording(question, numbers):
    f = compiled(lambda x: 2.0 * x if question(x) else x)
    assert [f(x) for x in numbers] == pytest.approx([2.0 * x if question(x) else x for x in numbers], nan_ok=True)
    assert len(f.paths) == 2


def test_every_name_of_a_function_of_numpy_is_one_of_numpys():
    assert len(FUNCTIONS) > 15
    for op in PRIMITIVES.values():
        if op.builtin and op.ufunc:
            assert callable(getattr(np, op.ufunc))


def test_clipping_by_numpy_has_the_numbers_and_gradients_of_clipping():
    for data, clipped, slope in [(0.5, 1.0, 0.0), (1.5, 1.5, 1.0), (2.5, 2.0, 0.0)]:
        v = Value(data)
        result = np.clip(v, 1.0, 2.0)
        assert getattr(result, "data", result) == clipped
        (v * 0 + result).backward()
        assert v.grad == slope


def test_functions_of_numpy_work_on_object_arrays():
    a = parameters(2, 2)
    for name in ("exp", "tanh", "sqrt", "log", "sin", "cos", "square", "negative", "absolute"):
        ufunc = getattr(np, name)
        result = ufunc(a)
        assert result.shape == (2, 2)
        assert all(isinstance(value, Value) for value in result.flat)
        assert datas(result) == pytest.approx(list(ufunc(np.array(datas(a)))), rel=1e-14)


def test_a_function_of_numpy_on_an_array_and_a_value_goes_element_by_element():
    v = Value(2.0)
    for result, expected in [
        (np.maximum(v, np.array([1.0, 3.0])), [2.0, 3.0]),
        (np.power(np.array([1.0, 3.0]), v), [1.0, 9.0]),
        (np.add(np.array([[1.0], [2.0]]), v), [3.0, 4.0]),
    ]:
        assert result.dtype == object
        assert datas(result) == expected
    assert np.add(np.array([[1.0], [2.0]]), v).shape == (2, 1)


@pytest.mark.parametrize(
    ("call", "fragment"),
    [
        (lambda v: np.ones(2) @ v, "NumPy's matmul is not defined on Values"),
        (np.frexp, "NumPy's frexp is not defined on Values"),
        (lambda v: np.nextafter(v, 2.0), "NumPy's nextafter is not defined on Values"),
        (lambda v: np.logaddexp2(v, 2.0), "NumPy's logaddexp2 is not defined on Values"),
        (lambda v: np.gcd(v, 2), "NumPy's gcd is not defined on Values"),
        (
            lambda v: np.add(v, 1.0, out=np.empty(1)),
            "NumPy's add cannot write Values as float64, which have no gradient",
        ),
        (lambda v: np.exp(v, dtype=float), "NumPy's exp cannot write Values as float64, which have no gradient"),
        (lambda v: np.sum(v, dtype=np.float32), "NumPy's add cannot write Values as float32, which have no gradient"),
    ],
)
def test_what_numpy_cannot_do_with_values_is_refused_by_name(call, fragment):
    with pytest.raises(TypeError) as caught:
        call(Value(1.0))
    assert str(caught.value).partition(":")[0] == fragment


def test_an_array_of_floats_cannot_take_values_in_place():
    array = np.ones(2)
    with pytest.raises(TypeError, match=r"cannot write Values as float64.*write a = a \+ v in place of a \+= v"):
        array *= Value(2.0)
    assert array.tolist() == [1.0, 1.0]


def test_an_array_of_values_takes_a_value_in_place():
    a, v = parameters(2), Value(3.0)
    array = a.copy()
    array *= v
    assert datas(array) == [1.5, 4.5]
    array.sum().backward()
    assert (v.grad, [p.grad for p in a]) == (2.0, [3.0, 3.0])


@pytest.mark.parametrize("reduce", [np.sum, np.prod, np.max, np.min, np.mean, np.add.reduce, np.exp])
def test_one_value_is_summed_as_an_array_of_one(reduce):
    v = Value(0.5)
    reduce(np.square(v)).backward()
    assert v.grad == pytest.approx(math.exp(0.25) if reduce is np.exp else 1.0, rel=1e-15)


def test_other_ways_of_a_function_of_numpy_go_element_by_element():
    v = Value(3.0)
    assert datas(np.multiply.outer(v, [1.0, 2.0])) == [3.0, 6.0]
    assert datas(np.add.accumulate([v, v, v])) == [3.0, 6.0, 9.0]
    assert np.exp(v, where=True).op.name == "exp"


def test_a_domain_error_inside_an_array_names_the_element():
    with pytest.raises(ValueError, match=r"^log\(p = -1\.0\) is outside the domain"):
        np.log(np.array([Value(1.0), Value(-1.0, "p")]))


# --- arrays -----------------------------------------------------------------------------------------------


def test_an_array_beside_a_value_gives_an_array_of_values():
    v = Value(2.0, "v")
    a = np.array([[1.0, 2.0], [3.0, 4.0]])
    for result, expected in [
        (a * v, a * 2),
        (v * a, a * 2),
        (a + v, a + 2),
        (v - a, 2 - a),
        (a / v, a / 2),
        (v / a, 2 / a),
        (a**v, a**2),
        (v**a, 2**a),
    ]:
        assert (result.shape, result.dtype) == ((2, 2), object)
        assert {type(value) for value in result.flat} == {Value}
        assert datas(result) == list(expected.flat)
    (a * v).sum().backward()
    assert v.grad == 10.0


def test_integers_and_booleans_in_an_array_are_numbers():
    v = Value(2.0)
    assert datas(np.arange(3) * v) == [0.0, 2.0, 4.0]
    assert datas(np.array([True, False]) * v) == [2.0, 0.0]


@pytest.mark.parametrize("array", [np.array([1j]), np.array(["a"], dtype=object), np.array([None])], ids=repr)
def test_what_is_no_number_in_an_array_is_refused(array):
    with pytest.raises(TypeError, match="takes one real number, not"):
        array * Value(1.0)


def test_comparisons_with_arrays_are_element_by_element():
    v = Value(2.0)
    a = np.array([1.0, 2.0, 3.0])
    for result, expected in [
        (v > a, [True, False, False]),
        (a < v, [True, False, False]),
        (v == a, [False, True, False]),
        (a == v, [False, True, False]),
        (v != a, [True, False, True]),
        (a >= v, [False, True, True]),
        (v <= a, [False, True, True]),
    ]:
        assert result.tolist() == expected
        assert {type(element) for element in result.tolist()} == {bool}


# --- arrays of Values -------------------------------------------------------------------------------------


def test_lists_of_values_become_object_arrays():
    values = [Value(1.0), Value(2.0)]
    for array in (np.array(values), np.asarray(values), np.array([values, values]), np.array([1.0, values[0]])):
        assert array.dtype == object
    assert np.asarray(values)[1] is values[1]
    assert np.array([1.0, values[0]])[1] is values[0]
    assert np.asarray(Value(1.0)).dtype == object


def test_matrix_products_of_values_have_the_gradients_of_matrix_products():
    A, x = parameters(3, 2), np.array([2.0, -1.0])
    y = A @ x
    assert datas(y) == list(np.reshape(datas(A), (3, 2)) @ x)
    np.sum(y).backward()
    assert [p.grad for p in A.flat] == [2.0, -1.0] * 3
    values = parameters(2)
    total = np.sum(A @ values)
    for p in A.flat:
        p.zero_grad()
    total.backward()
    assert [v.grad for v in values] == [0.5 + 2.5 + 4.5, 1.5 + 3.5 + 5.5]
    assert [p.grad for p in A.flat] == [0.5, 1.5] * 3


def test_reductions_of_object_arrays():
    a = parameters(2, 3)
    assert np.sum(a).data == a.sum().data == 18.0
    assert datas(np.sum(a, axis=0)) == [4.0, 6.0, 8.0]
    assert np.mean(a).data == 3.0
    assert np.prod(a[0]).data == 0.5 * 1.5 * 2.5
    assert a.max() is a[1, 2]
    assert np.dot(a[0], a[1]).data == 0.5 * 3.5 + 1.5 * 4.5 + 2.5 * 5.5
    np.mean(a).backward()
    assert [p.grad for p in a.flat] == pytest.approx([1 / 6] * 6, rel=1e-15)


def test_variance_of_an_object_array():
    a = parameters(4)
    assert np.var(a).data == np.var(datas(a))
    np.std(a).backward()
    spread = np.array(datas(a)) - np.mean(datas(a))
    assert [p.grad for p in a] == pytest.approx(list(spread / (4 * np.std(datas(a)))), rel=1e-14)
    assert np.vdot(a, a).data == float(np.vdot(datas(a), datas(a)))


@pytest.mark.parametrize("name", ["arctan2", "hypot", "maximum", "minimum"])
def test_functions_of_two_object_arrays(name):
    a, b = parameters(3), parameters(3)[::-1]
    result = getattr(np, name)(a, b)
    assert datas(result) == pytest.approx(list(getattr(np, name)(datas(a), datas(b))), rel=1e-15)
    assert all(isinstance(value, Value) for value in result)


def test_arithmetic_of_object_arrays_broadcasts():
    a, v = parameters(2, 2), Value(3.0)
    for result, expected in [
        (a + a.T, [1.0, 4.0, 4.0, 7.0]),
        (a * v, [1.5, 4.5, 7.5, 10.5]),
        (v * a, [1.5, 4.5, 7.5, 10.5]),
        (a - np.array([1.0, 2.0]), [-0.5, -0.5, 1.5, 1.5]),
        (-a, [-0.5, -1.5, -2.5, -3.5]),
        (a**2, [0.25, 2.25, 6.25, 12.25]),
        (1 / a, [1 / 0.5, 1 / 1.5, 1 / 2.5, 1 / 3.5]),
    ]:
        assert datas(result) == expected
        assert all(isinstance(value, Value) for value in result.flat)


def test_a_network_in_matrix_form_over_values_equals_numpy():
    rng = np.random.default_rng(0)
    X, W = rng.normal(size=(5, 3)), rng.normal(size=(3, 2))
    weights = np.array([[Parameter(w) for w in row] for row in W])
    (np.tanh(X @ weights) ** 2).sum().backward()
    Z = np.tanh(X @ W)
    expected = X.T @ (2 * Z * (1 - Z**2))
    assert [w.grad for w in weights.flat] == pytest.approx(list(expected.flat), rel=1e-12)


# --- functions of NumPy that are written in Python --------------------------------------------------------


class Elsewhere:
    """A class of another library, which knows what to do with NumPy's functions."""

    def __array_function__(self, function, types, args, kwargs):
        return "asked", function.__name__


def test_functions_written_in_python_take_bare_values_as_numpy_takes_elements():
    x = Value(0.25, "x")
    y = np.sinc(x)
    assert (y.op.name, y.data, y.parents) == ("sinc", float(np.sinc(0.25)), (x,))
    assert np.mean([x, Value(0.75)]).data == 0.5
    assert np.dot(x, x).data == 0.0625


def test_another_librarys_class_is_asked_about_its_functions():
    x = Value(0.25)
    assert np.concatenate([[x], Elsewhere()]) == ("asked", "concatenate")
    assert Value.__array_function__(x, np.concatenate, (Value, Elsewhere), ([x],), {}) is NotImplemented


def test_a_masked_array_is_refused_before_it_drops_the_gradient():
    with pytest.raises(ConversionError, match=r"^a masked array would take the float out of 'x' \(data = 0.25\), and"):
        np.ma.array([1.0, 2.0]) + Value(0.25, "x")


SCALARS = [np.float64, np.float32, np.float16, np.longdouble, np.int64, np.uint8, np.bool_]
ARITHMETIC = [
    operator.add, operator.sub, operator.mul, operator.truediv, operator.floordiv, operator.mod, operator.pow, divmod,
]  # fmt: skip
COMPARISONS = [operator.lt, operator.le, operator.eq, operator.ne, operator.ge, operator.gt]


@pytest.mark.parametrize("scalar", SCALARS)
def test_numbers_of_numpy_on_either_side_of_every_operator(scalar):
    number, v = scalar(1), Value(1.3)
    for operation in ARITHMETIC:
        for result, expected in (
            (operation(number, v), operation(1.0, 1.3)),
            (operation(v, number), operation(1.3, 1.0)),
        ):
            assert datas(result) == [*np.ravel(expected)]
            assert all(isinstance(part, Value) for part in np.ravel(result))
    for comparison in COMPARISONS:
        for w in (v, Value(1.0), Value(0.5)):
            assert bool(comparison(number, w)) is comparison(1.0, w.data)
            assert bool(comparison(w, number)) is comparison(w.data, 1.0)
            f = compiled(lambda x, comparison=comparison: x * x if comparison(number, x) else x)
            assert f(w.data) == (w.data**2 if comparison(1.0, w.data) else w.data)
