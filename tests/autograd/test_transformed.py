"""The functions that transforms return behave as functions do: named, usable as methods, copied and pickled."""

from __future__ import annotations

import copy
import functools
import inspect
import multiprocessing
import pickle
import weakref

import numpy as np
import pytest

import nn
from autograd import (
    Value,
    exp,
    grad,
    hessian,
    hvp,
    jacfwd,
    jacobian,
    jacrev,
    jvp,
    linalg,
    math,
    no_grad,
    sensitivities,
    sin,
    value_and_grad,
    vjp,
)
from autograd import compile as compiled


def cube(x, scale=1.0):
    """The cube of x, scaled."""
    return x * x * x * scale


def with_aux(x):
    return x * x * x, {"x": x, "name": "aux"}


def box(width, height):
    return width * width * height


class Model:
    """Holds its scale; its derivatives are methods."""

    def __init__(self, scale):
        self.scale = scale

    def loss(self, x):
        return self.scale * x * x

    slope = grad(loss, 1)

    @functools.partial(hessian, argnums=1)
    def curvature(self, x):
        """A decorated method."""
        return self.scale * x * x


@grad
def decorated(x):
    """A decorated function."""
    return x * x * x


twice = decorated
nested = grad(grad(cube))


def shadowed(x):
    return x


shadowed = value_and_grad(shadowed)


CALLS = {
    "grad": (grad(cube), (2.0,), 12.0),
    "argnums": (grad(cube, argnums=(0, 1)), (2.0, 3.0), (36.0, 8.0)),
    "has_aux": (grad(with_aux, has_aux=True), (2.0,), (12.0, {"x": 2.0, "name": "aux"})),
    "value_and_grad": (value_and_grad(cube), (2.0,), (8.0, 12.0)),
    "jacrev": (jacrev(cube), (2.0,), 12.0),
    "jacfwd with aux": (jacfwd(with_aux, has_aux=True), (2.0,), (12.0, {"x": 2.0, "name": "aux"})),
    "hessian": (hessian(cube, 0), (2.0,), 12.0),
    "decorated": (decorated, (2.0,), 12.0),
    "of decorated": (grad(decorated), (2.0,), 12.0),
    "nested": (nested, (2.0,), 12.0),
    "three deep": (jacfwd(grad(grad(cube))), (2.0,), 6.0),
    "shadowed": (shadowed, (2.0,), (2.0, 1.0)),
    "of a primitive": (grad(exp), (0.0,), 1.0),
    "of autograd.math": (grad(math.sin), (0.0,), 1.0),
    "compiled, of autograd.math": (compiled(grad(math.sinh)), (0.0,), 1.0),
    "of autograd.math, compiled": (grad(grad(compiled(math.exp))), (0.0,), 1.0),
    "of a partial of autograd.math": (grad(functools.partial(math.pow, 2.0)), (0.0,), math.log(2.0)),
    "of a method of Value": (grad(Value.square), (2.0,), 4.0),
    "of a method of NumPy's name": (compiled(grad(Value.arctan)), (0.0,), 1.0),
    "of an operator": (hessian(Value.__neg__), (2.0,), 0.0),
    "of a partial": (grad(functools.partial(cube, scale=2.0)), (2.0,), 24.0),
    "of a method": (grad(Model(3.0).loss), (2.0,), 12.0),
    "a method": (Model(3.0).slope, (2.0,), 12.0),
    "a decorated method": (Model(3.0).curvature, (2.0,), 6.0),
    "of an unbound method": (grad(Model.loss, 1), (Model(3.0), 2.0), 12.0),
}

calls = pytest.mark.parametrize(("function", "args", "expected"), CALLS.values(), ids=CALLS)


@calls
@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_a_pickle_of_it_works(function, args, expected, protocol):
    again = pickle.loads(pickle.dumps(function, protocol))
    assert again(*args) == function(*args) == expected
    assert again.__name__ == function.__name__
    assert pickle.loads(pickle.dumps(again, protocol))(*args) == expected


@calls
def test_a_copy_of_it_is_a_function_that_works(function, args, expected):
    assert copy.copy(function)(*args) == copy.deepcopy(function)(*args) == expected
    assert copy.deepcopy({"f": [function]})["f"][0](*args) == expected


def test_a_copy_of_a_transform_is_itself_as_of_any_function():
    function = grad(lambda x: x)
    assert copy.copy(function) is copy.deepcopy(function) is function
    assert pickle.loads(pickle.dumps(decorated)) is decorated
    assert pickle.loads(pickle.dumps(shadowed)) is shadowed


def test_a_copy_of_an_instance_has_derivatives_of_its_own():
    model = Model(3.0)
    model.own = grad(model.loss)
    model.curve = value_and_grad(model.own)
    for again in (copy.deepcopy(model), pickle.loads(pickle.dumps(model))):
        again.scale = 5.0
        assert (again.own(2.0), again.curve(2.0)) == (20.0, (20.0, 10.0))
        assert (model.own(2.0), model.curve(2.0)) == (12.0, (12.0, 6.0))


@pytest.mark.parametrize("holder", [math, Value, linalg, nn], ids=lambda holder: holder.__name__)
def test_the_functions_of_the_library_are_pickled_by_name(holder):
    names = [name for name in getattr(holder, "__all__", vars(holder)) if callable(getattr(holder, name))]
    assert len(names) > 3
    for name in names:
        if not (name.startswith("__") and holder is Value):
            function = getattr(holder, name)
            for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
                assert pickle.loads(pickle.dumps(function, protocol)) is function, name
            assert pickle.loads(pickle._dumps(function)) is copy.copy(function) is copy.deepcopy(function) is function


def test_a_pullback_is_copied_as_a_function_and_says_why_it_is_not_pickled():
    _, pull = vjp(cube, 2.0)
    assert copy.copy(pull)(1.0) == copy.deepcopy(pull)(1.0) == (12.0,)
    with pytest.raises(
        TypeError, match=r"vjp_fn that vjp\(\) returned cannot be pickled, .*: pickle the function and its"
    ):
        pickle.dumps(pull)


def test_sensitivities_are_pickled_too():
    for order, extra in ((1, 0), (2, 4)):
        by_name = pickle.loads(pickle.dumps(sensitivities(box, order)))
        found = by_name(width=3.0, height=2.0)
        assert (found["value"], found["width"], found["height"], len(found)) == (18.0, 12.0, 9.0, 3 + extra)


def test_other_processes_can_be_given_it():
    work = [(function, args) for function, args, _ in CALLS.values()]
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        found = pool.starmap(call, work)
        (named,) = pool.map(functools.partial(by_keyword, sensitivities(box, 1)), [{"width": 3.0, "height": 2.0}])
    assert found == [expected for _, _, expected in CALLS.values()]
    assert named == {"value": 18.0, "width": 12.0, "height": 9.0}


def call(function, args):
    return function(*args)


def by_keyword(function, kwargs):
    return function(**kwargs)


def test_what_cannot_be_pickled_is_named_by_pickle():
    def local(x):
        return x

    for function, name in ((lambda x: x, "<lambda>"), (local, "local"), (grad(lambda x: x), "<lambda>")):
        with pytest.raises((pickle.PicklingError, AttributeError), match=f"Can't (pickle|get local object).*{name}"):
            pickle.dumps(jacfwd(function))
    renamed = grad(local)
    renamed.__module__ = None
    with pytest.raises((pickle.PicklingError, AttributeError), match="local"):
        pickle.dumps(renamed)


# --- as a function ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("transform", [grad, value_and_grad, jacfwd, jacrev, hessian, sensitivities])
def test_it_is_named_and_documented_as_the_function(transform):
    cube.tag = "kept"
    try:
        function = transform(cube)
    finally:
        del cube.tag
    assert (function.__name__, function.__qualname__, function.__module__) == ("cube", "cube", __name__)
    assert function.__doc__ == inspect.getdoc(function) == "The cube of x, scaled."
    assert function.__wrapped__ is cube
    assert function.tag == "kept"
    assert list(inspect.signature(function).parameters) == ["x", "scale"]
    assert callable(function)
    assert inspect.isroutine(function)  # so help() shows it as a function
    assert repr(function).startswith(f"<{transform.__name__} of <function cube at 0x")
    assert weakref.ref(function)() is function
    assert functools.wraps(function)(lambda x: x).__name__ == "cube"


def test_what_has_no_name_is_called_by_the_transform():
    function = grad(functools.partial(cube, scale=2.0))
    assert (function.__name__, function.__qualname__) == ("grad", "grad(...)")
    assert not hasattr(function, "no_such_attribute")


def test_it_takes_over_attributes_of_a_function_and_not_of_a_model():
    class Callable(Model):
        def __call__(self, x):
            return self.loss(x)

    slope = grad(Callable(3.0))
    assert slope(2.0) == 12.0
    assert not hasattr(slope, "scale")
    cube.tag = "kept"
    try:
        assert grad(grad(cube)).tag == "kept"
    finally:
        del cube.tag


def test_a_method_is_bound_to_its_instance():
    model = Model(3.0)
    assert Model.slope(model, 2.0) == model.slope(2.0) == 12.0
    assert model.curvature.__doc__ == "A decorated method."
    assert model.slope.__self__ is model
    assert Model.slope is vars(Model)["slope"]


def test_an_argument_may_be_called_self():
    assert grad(lambda x, self: x * self)(2.0, self=3.0) == 3.0
    assert sensitivities(lambda self, x: x * self, 1)(self=3.0, x=2.0) == {"value": 6.0, "self": 2.0, "x": 3.0}


def test_it_can_be_decorated_further():
    @no_grad()
    @grad
    def slope(x):
        return x * x

    assert slope(3.0) == 6.0
    assert functools.lru_cache(grad(cube))(2.0) == 12.0


# --- has_aux ------------------------------------------------------------------------------------------------


def energies(x):
    """Two results and something beside: made of Values, numbers and neither."""
    total = x[0] * x[0] * x[1]
    return [total, x[1] * 3.0], {"total": total, "array": np.array([x[0], 1.0]), "note": "energies", "none": None}


def one_energy(x):
    (total, _), aux = energies(x)
    return total, aux


POINT = [3.0, 2.0]


def check_aux(aux):
    assert (aux["total"], aux["note"], aux["none"]) == (18.0, "energies", None)
    assert type(aux["total"]) is float
    assert aux["array"].dtype == float
    assert aux["array"].tolist() == [3.0, 1.0]


@pytest.mark.parametrize("transform", [jacrev, jacfwd, jacobian])
def test_jacobians_hand_back_what_comes_beside(transform):
    blocks, aux = transform(energies, has_aux=True)(POINT)
    assert blocks == [[12.0, 9.0], [0.0, 3.0]]
    check_aux(aux)
    blocks, aux = transform(energies, 0, True)(POINT)
    assert blocks == [[12.0, 9.0], [0.0, 3.0]]
    (blocks,), aux = transform(lambda *args: (energies(*args)[0][0], energies(*args)[1]), (0,), has_aux=True)(POINT)
    assert blocks == [12.0, 9.0]
    check_aux(aux)


def test_hessian_hands_back_what_comes_beside():
    matrix, aux = hessian(one_energy, has_aux=True)(POINT)
    assert matrix == [[4.0, 6.0], [6.0, 0.0]]
    check_aux(aux)


def test_jvp_and_hvp_hand_back_what_comes_beside():
    out, moved, aux = jvp(energies, (POINT,), ([1.0, 10.0],), has_aux=True)
    assert (out, moved) == ([18.0, 6.0], [102.0, 30.0])
    check_aux(aux)
    product, aux = hvp(one_energy, (POINT,), ([1.0, 10.0],), has_aux=True)
    assert product == [64.0, 6.0]
    check_aux(aux)
    assert hvp(lambda x, y: (x * y, 1.0), (2.0, 3.0), (1.0, 10.0), has_aux=True) == ((10.0, 1.0), 1.0)


def test_what_comes_beside_stays_linked_where_something_outside_is_involved():
    w = Value(2.0, "w")
    for transform in (jacrev, jacfwd, hessian):
        _, aux = transform(lambda x: (w * x, [w * x, "note"]), has_aux=True)(3.0)
        assert isinstance(aux[0], Value)
        aux[0].backward()
        assert w.grad == 3.0
        w.zero_grad()
    inner = lambda x: jacfwd(lambda y: (sin(x * y), x * y), has_aux=True)(2.0)[1]  # noqa: E731
    assert grad(inner)(3.0) == 2.0


def test_transforms_nest_with_what_comes_beside():
    inner = grad(lambda x: (x * x * x, {"x": x}), has_aux=True)
    assert inner(2.0) == (12.0, {"x": 2.0})
    assert jacfwd(inner, has_aux=True)(2.0) == jacrev(inner, has_aux=True)(2.0) == (12.0, {"x": 2.0})
    out, moved, aux = jvp(inner, (2.0,), (1.0,), has_aux=True)
    assert (out, moved, aux) == (12.0, 12.0, {"x": 2.0})
    out, pull, aux = vjp(inner, 2.0, has_aux=True)
    assert (out, pull(1.0), aux) == (12.0, (12.0,), {"x": 2.0})
