"""The table as a table: every record is complete, defined where it says, and free of frozen branches."""

from __future__ import annotations

import inspect
import math
import pickle
import string
from collections.abc import Callable
from itertools import pairwise
from random import Random
from typing import Any

import numpy as np
import pytest

import autograd
from autograd import Value, dot, errstate, fsum, logsumexp, mean, prod, rules, softmax
from autograd.errors import DivisionDomainError, DomainError, OverflowDomainError
from autograd.primitives import PRIMITIVES, Primitive
from autograd.sweep import number_of
from tests.accuracy import Case, cases, points, public_names

BUILTIN = sorted(name for name, op in PRIMITIVES.items() if op.builtin)
HELPERS = sorted(set(BUILTIN) - public_names())


# --- the records ------------------------------------------------------------------------------------------


def test_every_name_of_the_table_is_exported_and_every_other_operation_is_a_helper() -> None:
    for name in rules.__all__:
        assert isinstance(getattr(rules, name), Primitive) or name in (
            "dot",
            "fsum",
            "logsumexp",
            "mean",
            "prod",
            "softmax",
            "take",
        )
    assert HELPERS == [
        "angle_slope", "exp_difference", "flat", "gaussian", "gelu_slope", "held_max", "identity", "is_either",
        "larger_share", "nonzero", "one_minus_square", "polygamma", "positive_quotient", "power_log", "power_slope",
        "quotient_by_square", "relative_exp", "sech_squared", "sigmoid_difference", "silu_slope", "sinc_derivative",
        "softmax_share", "unit", "weighted_gamma", "weighted_norm_pdf",
    ]  # fmt: skip
    assert all(getattr(autograd, name) is getattr(rules, name) for name in rules.__all__)
    assert not any(hasattr(autograd, name) for name in HELPERS if name != "identity")


@pytest.mark.parametrize("name", BUILTIN)
def test_a_record_says_how_it_is_written(name: str) -> None:
    op = PRIMITIVES[name]
    assert op.symbol
    assert op.__doc__
    assert not op.__doc__.startswith("The operation ")
    for template in (op.text, op.latex):
        fields = {field for _, field, _, _ in string.Formatter().parse(template) if field is not None}
        assert fields == ({"*"} if op.arity is None else {str(i) for i in range(op.arity)}), template
    if op.arity is not None:
        operands = "abc"[: op.arity]
        assert all(operand in op.latex.format(*operands) for operand in operands)
        assert op.latex.format(*operands).count("{") == op.latex.format(*operands).count("}")


@pytest.mark.parametrize("name", [name for name in BUILTIN if PRIMITIVES[name].ufunc])
def test_numpy_has_the_function_and_gives_values(name: str) -> None:
    op = PRIMITIVES[name]
    ufunc = getattr(np, op.ufunc or "")
    point = (1.25, 0.5)[: op.arity]
    if name in ("acos", "asin", "atanh"):
        point = (0.5,)
    result = ufunc(Value(point[0]), *point[1:])
    assert isinstance(result, Value)
    assert result.data == pytest.approx(float(ufunc(*point)), rel=1e-15)


@pytest.mark.parametrize(
    "name", [name for name in sorted(public_names()) if name in PRIMITIVES and PRIMITIVES[name].arity == 1]
)
def test_every_operation_of_one_input_is_a_method(name: str) -> None:
    x = Value(1.5 if name == "acosh" else 0.5)
    method = {"abs": x.__abs__, "neg": x.__neg__}.get(name) or getattr(x, name)
    assert method().op is PRIMITIVES[name]
    assert method().data == PRIMITIVES[name](x.data)


def test_methods_with_constants() -> None:
    assert Value(-2.0).leaky_relu(0.5).data == -1.0
    assert Value(-2.0).elu(3.0).data == 3.0 * math.expm1(-2.0)
    assert Value(-2.0).clip(-1, 1).data == -1.0


@pytest.mark.parametrize("name", BUILTIN)
def test_a_node_pickles(name: str) -> None:
    case = cases(name)[-1]
    op = case.op.capture(*case.constants) if case.constants else case.op
    node = op(*[Value({"acosh": 1.5, "take": 1.0}.get(name, 0.5)) for _ in range(case.inputs)])
    loaded = pickle.loads(pickle.dumps(node))
    assert loaded.data == node.data
    assert loaded.partials() == node.partials()


# --- where it is defined ----------------------------------------------------------------------------------

EDGES = (-math.inf, -1e308, -2.5, -2.0, -1.5, -1.0, -0.5, -5e-324, -0.0, 0.0, 5e-324, 0.5, 1.0, 2.0, 1e308, math.inf)


def everywhere(case: Case) -> list[tuple[float, ...]]:
    if case.inputs == 1:
        return [(x,) for x in EDGES]
    return [(x, y, *[1.0] * (case.inputs - 2)) for x in EDGES for y in EDGES]


@pytest.mark.parametrize("name", BUILTIN)
def test_it_is_refused_just_where_the_domain_says(name: str) -> None:
    """Among finite inputs; an overflow is another matter."""
    lenient = {  # helpers that give IEEE values outside
        "positive_quotient", "power_log", "power_slope", "angle_slope", "softmax_share",
    }  # fmt: skip
    for case in cases(name):
        op = case.op.capture(*case.constants) if case.constants else case.op
        for point in everywhere(case):
            if not all(map(math.isfinite, point)):
                continue
            try:
                op(*point)
                refused = False
            except OverflowDomainError:
                continue
            except DomainError:
                refused = True
            if name not in lenient or case.contains(point):
                assert refused is not case.contains(point), point


@pytest.mark.parametrize("name", BUILTIN)
def test_inside_errstate_nan_nothing_is_refused(name: str) -> None:
    with errstate(domain="nan"):
        for case in cases(name):
            for point in everywhere(case):
                value, gradient = case.evaluate(point)
                assert isinstance(value, float)
                assert all(type(slope) is float for slope in gradient), (point, gradient)


def test_a_refusal_names_the_operation_the_label_the_number_and_what_to_do() -> None:
    with pytest.raises(DomainError) as raised:
        Value(-3.0, "price").log2()
    assert str(raised.value) == (
        "log2(price = -3.0) is outside the domain: log2 needs x > 0. "
        "Use errstate(domain='nan') for IEEE values instead."
    )
    with pytest.raises(
        DivisionDomainError, match=r"reciprocal\(0\.0\) is outside the domain: .* a number other than 0"
    ):
        rules.reciprocal(0.0)
    with pytest.raises(OverflowDomainError, match=r"cosh\(1000\.0\) is too large for a float"):
        rules.cosh(1000.0)
    with pytest.raises(DomainError, match=r"clip\(1\.0, 3\.0, 2\.0\) .* a lower bound that is not above the upper one"):
        rules.clip(1.0, 3.0, 2.0)
    with pytest.raises(OverflowDomainError, match=r"prod\(1e\+300, 1e\+300\) is too large"):
        prod([1e300, 1e300])


# --- no frozen branch -------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", [name for name in BUILTIN if not PRIMITIVES[name].held])  # what is held has none
def test_the_graph_of_a_gradient_holds_at_every_point(name: str) -> None:
    """Build the gradient as a graph at one point, move to another, compute it again: a fresh gradient, to the bit."""
    random = Random(name)
    for case in cases(name):
        op = case.op.capture(*case.constants) if case.constants else case.op
        found = [point for point in points(case, 60, random) if all(1e-3 < abs(x) < 30.0 for x in point)][:8]
        for first, second in pairwise(found):
            with errstate(domain="nan"):
                leaves = [Value(x) for x in first]
                out = op(*leaves)
                out.backward(create_graph=True)
                slopes = [leaf.grad for leaf in leaves]
                for leaf, x in zip(leaves, second, strict=True):
                    leaf.zero_grad()
                    leaf.data = x
                again = [
                    slope.forward() if isinstance(slope, Value) and slope.op else number_of(slope) for slope in slopes
                ]
                _, fresh = case.evaluate(second)
            assert again == pytest.approx(list(fresh), rel=1e-13, abs=1e-300), (first, second)


# --- any number of inputs ---------------------------------------------------------------------------------


@pytest.mark.parametrize(("function", "name"), [(mean, "mean"), (logsumexp, "logsumexp"), (softmax, "softmax")])
def test_no_values_at_all(function: Callable[..., Any], name: str) -> None:
    with pytest.raises(ValueError, match=rf"^{name}\(\) of no values$"):
        function([])


def test_no_terms_and_no_factors() -> None:
    assert fsum([]) == 0.0
    assert prod([]) == 1.0
    assert dot([], []) == 0.0


@pytest.mark.parametrize("function", [fsum, mean, prod, logsumexp, softmax])
def test_what_is_no_list(function: Callable[..., Any]) -> None:
    with pytest.raises(TypeError, match=r"\(\) takes a list of numbers or Values, not 3\.0"):
        function(3.0)


def test_dot_of_two_lengths() -> None:
    with pytest.raises(ValueError, match="two lists of one length, not of 1 and 2"):
        dot([1.0], [1.0, 2.0])


def test_iterators_are_taken_too() -> None:
    assert prod(x for x in (2.0, 3.0)) == 6.0
    assert softmax(x for x in (0.0, 0.0)) == [0.5, 0.5]


def test_softmax_gives_a_share_for_each_value() -> None:
    xs = [Value(x) for x in (1.0, 2.0, 3.0)]
    outputs = softmax(xs)
    assert [output.op.name for output in outputs] == ["softmax_share"] * 3
    assert [output.parents[0].parents[0] for output in outputs] == xs
    outputs[1].backward()
    s = [output.data for output in outputs]
    assert [x.grad for x in xs] == pytest.approx([-s[1] * s[0], s[1] * (1 - s[1]), -s[1] * s[2]], rel=1e-14)


@pytest.mark.parametrize(
    ("call", "exact"),
    [
        (lambda: fsum([1e308, 1e308, -1e308, -1e308, 1e-300]), 1e-300),
        (lambda: fsum([1.7e308, 1.7e308]), math.inf),
        (lambda: fsum([-1.7e308, -1.7e308]), -math.inf),
        (lambda: fsum([math.inf, 1.0]), math.inf),
        (lambda: mean([1.7e308, 1.7e308]), 1.7e308),
        (lambda: mean([math.inf, 1.0]), math.inf),
        (lambda: dot([1e200, 1e200], [1e200, -1e200]), 0.0),
        (lambda: dot([1e-200, 1.0], [1e-200, 1e-300]), 1e-300),
        (lambda: dot([1e300], [1e10]), math.inf),
        (lambda: dot([1.0 + 2.0**-52, -1.0], [1.0 - 2.0**-52, 1.0]), -(2.0**-104)),
        (lambda: prod([1e200, 1e200, 1e-200, 1e-200]), 1.0),
        (lambda: prod([1e-200, 1e-200, 1e200, 1e200]), 1.0),
        (lambda: prod([math.inf, -2.0]), -math.inf),
        (lambda: prod([-0.0, 2.0]), -0.0),
        (lambda: prod([5e-324, 0.5, 2.0]), 5e-324),
        (lambda: logsumexp([-math.inf, -math.inf]), -math.inf),
        (lambda: logsumexp([math.inf, 1.0]), math.inf),
        (lambda: logsumexp([-1e308, 1e308]), 1e308),
    ],
)  # fmt: skip
def test_nothing_is_lost_on_the_way(call: Callable[[], float], exact: float) -> None:
    assert call() == pytest.approx(exact, rel=1e-15, abs=0)


@pytest.mark.parametrize("function", [fsum, mean, prod, logsumexp])
def test_nan_goes_through_reductions(function: Callable[..., float]) -> None:
    for xs in ([math.nan, 1.0], [1.0, math.nan], [math.inf, math.nan]):
        assert math.isnan(function(xs))
    assert math.isnan(dot([math.nan], [1.0]))
    assert all(map(math.isnan, softmax([math.nan, 1.0])))


def _named_by(function):
    """The plain functions that the code of ``function`` names."""
    things = [function.__globals__.get(name) for name in function.__code__.co_names]
    things += [cell.cell_contents for cell in function.__closure__ or ()]
    return {thing for thing in things if inspect.isfunction(thing)}


def test_no_forward_calls_itself_at_any_remove():
    # numba cannot call into itself in a kernel that it loads from disk: the process would die.
    forwards = {op.forward for op in PRIMITIVES.values() if inspect.isfunction(op.forward)}
    graph, waiting = {}, list(forwards)
    while waiting:
        function = waiting.pop()
        if function not in graph:
            graph[function] = _named_by(function)
            waiting += graph[function]
    while graph:
        ends = {function for function, named in graph.items() if not named & graph.keys()}
        assert ends, f"in a circle, or in front of one: {sorted(function.__qualname__ for function in graph)}"
        graph = {function: named for function, named in graph.items() if function not in ends}
