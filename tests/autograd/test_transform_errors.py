"""The refusals of the transforms, and their words."""

from __future__ import annotations

import numpy as np
import pytest

from autograd import (
    DomainError,
    cos,
    grad,
    greater,
    hessian,
    hvp,
    jacfwd,
    jacobian,
    jacrev,
    jvp,
    log,
    sensitivities,
    sin,
    value_and_grad,
    vjp,
)
from autograd import compile as compiled


@pytest.mark.parametrize(
    ("returned", "text"),
    [
        ([1.0, 2.0, 3.0], "grad: fun must return one number, got a list of 3; use jacobian"),
        ((1.0, 2.0), "got a tuple of 2; use jacobian"),
        ({"a": 1.0}, "got a dict of 1; use jacobian"),
        (np.ones(3), "got an array of shape (3,); use jacobian"),
        (np.array([1.0]), "got an array of shape (1,); use jacobian"),
        (None, "got None: is a return missing?"),
        ("text", "got 'text', of type str"),
        (1j, "got 1j, of type complex"),
    ],
)
def test_grad_refuses_what_is_not_one_number(returned, text):
    with pytest.raises(TypeError) as error:
        grad(lambda x: returned)(1.0)
    assert str(error.value).endswith(text)
    with pytest.raises(TypeError, match="value_and_grad: fun must return one number, got "):
        value_and_grad(lambda x: returned)(1.0)
    with pytest.raises(TypeError, match="hvp: fun must return one number, got "):
        hvp(lambda x: returned, (1.0,), (1.0,))


@pytest.mark.parametrize("transform", [grad, value_and_grad, jacrev, jacfwd, hessian])
def test_a_transform_refuses_what_is_no_function(transform):
    with pytest.raises(TypeError, match=r": fun must be a function, got 3.0: give it the function itself"):
        transform(3.0)


@pytest.mark.parametrize("transform", [grad, value_and_grad, jacrev, jacfwd, hessian])
@pytest.mark.parametrize("argnums", ["x", 1.0, None, True, (), (0, "x"), (True,), {0}])
def test_argnums_must_be_places(transform, argnums):
    with pytest.raises(TypeError) as error:
        transform(sin, argnums)
    assert f": argnums must be the place of an argument, or a tuple of places, got {argnums!r}" in str(error.value)


def test_argnums_must_name_arguments_that_are_there_and_each_once():
    with pytest.raises(ValueError, match=r"grad: argnums must name each argument once, got \(0, 0\)"):
        grad(sin, (0, 0))
    with pytest.raises(ValueError, match=r"jacfwd: argnums must name each argument once, got \(0, -2\) of 2"):
        jacfwd(lambda x, y: x, (0, -2))(1.0, 2.0)
    with pytest.raises(
        TypeError, match=r"grad: argnums must name positional arguments of the call, of which there is 1, got 2\."
    ):
        grad(sin, 2)(1.0)
    with pytest.raises(
        TypeError,
        match=r"of the call, of which there are 2, got -3\. What is passed by keyword is not differentiated\.",
    ):
        grad(lambda x, y: x, (0, -3))(1.0, 2.0)
    with pytest.raises(
        TypeError, match=r"hessian: argnums must name positional arguments of the call, of which there are 0, got 0"
    ):
        hessian(lambda x: x)(x=1.0)


def test_an_argument_that_is_no_number_is_named_with_its_path():
    with pytest.raises(TypeError, match=r"argument 0\['b'\]\[2\] takes one real number, not the str 'x'"):
        grad(lambda p: 1.0)({"b": [1.0, 2.0, "x"]})
    with pytest.raises(TypeError, match=r"argument 1 takes one real number, not the str 'x'"):
        grad(lambda x, y: 1.0, (0, 1))(1.0, "x")
    with pytest.raises(TypeError, match=r"the result\[1\] takes one real number, not the str 'x'"):
        jacobian(lambda x: [x, "x"])(1.0)


def test_tangents_must_fit_the_primals():
    with pytest.raises(TypeError, match=r"jvp: primals must be a tuple with one entry for each argument, got 3.0"):
        jvp(sin, 3.0, (1.0,))
    with pytest.raises(TypeError, match=r"hvp: tangents must be a tuple with one entry for each argument, got 1.0"):
        hvp(sin, (3.0,), 1.0)
    with pytest.raises(TypeError, match=r"jvp: tangents must be as many as primals, got 1 for 2"):
        jvp(lambda x, y: x, (1.0, 2.0), (1.0,))
    with pytest.raises(TypeError) as error:
        jvp(lambda x, y: x, (1.0, [2.0, np.ones(3)]), (1.0, [2.0, np.ones(2)]))
    assert str(error.value) == (
        "jvp: tangent 1 must be built like argument 1, [number, array of shape (3,)], got [number, array of shape (2,)]"
    )
    with pytest.raises(TypeError, match=r"tangent 0\[0\] takes one real number, not the str 'x'"):
        jvp(lambda x: x[0], ([1.0],), (["x"],))


def test_a_cotangent_must_fit_the_result():
    _, pull = vjp(lambda x: {"a": x, "b": [x]}, 1.0)
    with pytest.raises(TypeError) as error:
        pull({"a": 1.0})
    expected = "vjp_fn: the cotangent must be built like the result, {'a': number, 'b': [number]}, got {'a': number}"
    assert str(error.value) == expected
    with pytest.raises(TypeError, match=r"the cotangent\['a'\] takes one real number, not the str 'x'"):
        pull({"a": "x", "b": [1.0]})


@pytest.mark.parametrize("returned", [1.0, (1.0,), (1.0, 2.0, 3.0), "ab"])
def test_has_aux_needs_a_pair(returned):
    for call in (
        lambda f: grad(f, has_aux=True)(1.0),
        lambda f: value_and_grad(f, has_aux=True)(1.0),
        lambda f: vjp(f, 1.0, has_aux=True),
        lambda f: jvp(f, (1.0,), (1.0,), has_aux=True),
        lambda f: hvp(f, (1.0,), (1.0,), has_aux=True),
        lambda f: jacrev(f, has_aux=True)(1.0),
        lambda f: jacfwd(f, has_aux=True)(1.0),
        lambda f: hessian(f, has_aux=True)(1.0),
    ):
        with pytest.raises(TypeError, match=": with has_aux=True fun must return a pair, got "):
            call(lambda x: returned)


def test_a_domain_error_passes_through_and_leaves_nothing_behind():
    with pytest.raises(DomainError, match=r"log\(-1.0\) is outside the domain"):
        grad(log)(-1.0)
    assert grad(lambda x: cos(log(x)))(1.0) == 0.0


# --- comparisons ------------------------------------------------------------------------------------------

ON_ONE = {"grad": grad, "value_and_grad": value_and_grad, "hessian": hessian, "jacrev": jacrev, "jacfwd": jacfwd}


@pytest.mark.parametrize("name", ON_ONE)
@pytest.mark.parametrize(
    "fun",
    [lambda x: x > 1.0, lambda x: np.bool_(x > 1.0), bool, lambda x: x == x],
    ids=["comparison", "NumPy's", "bool", "equality"],
)
def test_a_comparison_is_not_differentiated(name, fun):
    for transformed in (ON_ONE[name](fun), compiled(ON_ONE[name](fun)), ON_ONE[name](compiled(fun))):
        with pytest.raises(
            TypeError, match=rf"{name}: fun must return a number .*True_?, of type bool.*greater\(a, b\)"
        ):
            transformed(2.0)
    assert grad(lambda x: greater(x, 1.0))(2.0) == 0.0
    assert grad(lambda x: 0 if x > 1.0 else x)(2.0) == 0.0  # a whole number is a number


def test_an_array_of_comparisons_is_not_differentiated_and_a_flag_beside_a_number_is_let_be():
    for transform in (jacrev, jacfwd):
        with pytest.raises(
            TypeError, match=r"must return a number to differentiate, got array\(\[ True\]\), of type bool"
        ):
            transform(lambda v: v > 1.0)(np.array([2.0]))
        assert transform(lambda v: [v * v, v > 1.0])(2.0) == [4.0, 0.0]
    with pytest.raises(TypeError, match="sensitivities: fun must return a number to differentiate, got True"):
        sensitivities(lambda x: x > 1.0)(x=2.0)
    assert jvp(lambda x: (x * x, x > 1.0), (2.0,), (1.0,)) == ((4.0, True), (4.0, 0.0))
