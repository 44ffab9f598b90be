"""Derivatives of functions, with JAX's signatures: functions in, functions out.

The arguments may be numbers (an int is taken as the real number it stands for), nested lists, tuples, named
tuples, dicts and dataclasses of numbers, NumPy arrays of any shape, and Values; a derivative has the structure of
what it is taken with respect to. Inside the function numbers are Values, and arrays are arrays of Values. A dataclass,
and so a class of attrs or a model of pydantic, is copied field by field: its constructor does not run again. See
:mod:`autograd.trees`.

A derivative is a float, or an array of floats, unless it depends on a Value from outside the function: then it
is a Value that is linked to it, and may be differentiated further. See :mod:`autograd.trace`.

No transform reads or writes the ``grad`` of any node. Hooks that stand between the variables and the result run
in reverse sweeps, as in ``backward()``; forward sweeps run none. No promise is made for hooks elsewhere.
"""

from __future__ import annotations

import copy
import functools
import operator
import sys
from collections.abc import Callable, Sequence
from types import FunctionType, MethodType
from typing import Any, Self

import numpy as np

from autograd.primitives import as_float, is_number
from autograd.trace import Trace
from autograd.trees import TreeDef, array_of, flatten, portions
from autograd.value import Constant, Value

__all__ = [
    "Transformed",
    "grad",
    "hessian",
    "hvp",
    "jacfwd",
    "jacobian",
    "jacrev",
    "jvp",
    "sensitivities",
    "value_and_grad",
    "vjp",
]

Argnums = int | Sequence[int]
Trees = Sequence[Any]
Settings = tuple[Any, bool]
"""The settings of a transform: argnums and has_aux."""


# --- gradients --------------------------------------------------------------------------------------------


def grad(fun: Callable[..., Any], argnums: Argnums = 0, has_aux: bool = False) -> Callable[..., Any]:  # noqa: FBT001, FBT002 -- JAX's signature
    """∂fun/∂x of a function that returns one number, as a function of the same arguments.

    What ``fun`` reads with ``x.data``, ``x.item()`` or ``x.detach()`` is a constant from then on. Nothing else turns a
    Value into a float: ``float(x)``, ``math.sin(x)`` of the standard library and an array of floats are refused.

    Args:
        fun: returns one number; with ``has_aux`` a pair of one number and anything else.
        argnums: the positional argument, or a tuple of them, to differentiate with respect to.
        has_aux: return ``(gradient, anything else)``.

    Raises:
        TypeError: an argument or the result is not made of numbers as it should be; the message says which.
        ConversionError: ``fun`` makes a float of a Value, or asks for its hash.

    Warns:
        GradientWarning: a derivative is nan where every value is finite.

    >>> from autograd import grad, sin
    >>> grad(lambda x: x * x * x)(2.0)
    12.0
    >>> grad(grad(sin))(0.5) == -sin(0.5)
    True
    >>> grad(lambda p: p["a"] * p["b"][1])({"a": 3.0, "b": [1.0, 2.0]})
    {'a': 2.0, 'b': [0.0, 3.0]}
    """
    return _transformed(grad, fun, (argnums, has_aux), _gradient)


def _gradient(fun: Callable[..., Any], settings: Settings, args: Any, kwargs: Any, name: str = "grad") -> Any:
    value, slope = _value_and_gradient(fun, settings, args, kwargs, name)
    return (slope, value[1]) if settings[1] else slope


def value_and_grad(fun: Callable[..., Any], argnums: Argnums = 0, has_aux: bool = False) -> Callable[..., Any]:  # noqa: FBT001, FBT002 -- JAX's signature
    """The value and ∂fun/∂x together, from one run: a function that returns ``(value, gradient)``.

    Arguments as in :func:`grad`; with ``has_aux`` it returns ``((value, anything else), gradient)``.

    >>> from autograd import value_and_grad
    >>> value_and_grad(lambda x, y: x * y, argnums=(0, 1))(2.0, 5.0)
    (10.0, (5.0, 2.0))
    """
    return _transformed(value_and_grad, fun, (argnums, has_aux), _value_and_gradient)


def _value_and_gradient(
    fun: Callable[..., Any], settings: Settings, args: Any, kwargs: Any, name: str = "value_and_grad"
) -> tuple[Any, Any]:
    argnums, has_aux = settings
    trace = Trace(fun, _places(name, argnums, len(args)), args, kwargs)
    result, aux = _pair(name, trace.result) if has_aux else (trace.result, None)
    value, slopes = trace.value_and_gradient(one_number(name, _no_bool(name, result)))
    gradient = trace.treedefs[0].result(slopes) if isinstance(argnums, int) else _split(trace.treedefs, slopes)
    return ((value, trace.settled(aux)) if has_aux else value), gradient


# --- products with the Jacobian ---------------------------------------------------------------------------


def vjp(fun: Callable[..., Any], *primals: Any, has_aux: bool = False) -> tuple[Any, ...]:
    """``fun(*primals)``, and the function that pulls a cotangent of it back: w ↦ (w · ∂fun/∂primal for each primal).

    The function is run once, however often its ``vjp_fn`` is called.

    Args:
        fun: returns numbers in any containers; with ``has_aux`` a pair of those and anything else.
        primals: the arguments.
        has_aux: return ``(out, vjp_fn, anything else)`` rather than ``(out, vjp_fn)``.

    Raises:
        TypeError: a primal, the result or the cotangent is not made of numbers as it should be.

    >>> from autograd import vjp
    >>> out, pull = vjp(lambda x, y: [x * y, x + y], 2.0, 5.0)
    >>> out, pull([1.0, 0.0]), pull([0.0, 10.0])
    ([10.0, 7.0], (5.0, 2.0), (10.0, 10.0))
    """
    _check_function("vjp", fun)
    trace = Trace(fun, range(len(primals)), primals, {})
    result, aux = _pair("vjp", trace.result) if has_aux else (trace.result, None)
    roots, outputs = flatten(result, "the result")

    vjp_fn = _Pullback(trace, roots, outputs)
    out = trace.settled(result)
    return (out, vjp_fn, trace.settled(aux)) if has_aux else (out, vjp_fn)


class _Pullback:
    """The ``vjp_fn`` of one run: it keeps the graph of the run, so it is copied as a function is, and not pickled."""

    __name__ = "vjp_fn"

    def __init__(self, trace: Trace, roots: list[Any], outputs: TreeDef) -> None:
        self._trace, self._roots, self._outputs = trace, roots, outputs

    def __call__(self, cotangent: Any) -> tuple[Any, ...]:
        """The cotangent of each primal."""
        weights, given = flatten(cotangent, "the cotangent")
        if not given.matches(self._outputs):
            raise TypeError(f"vjp_fn: the cotangent must be built like the result, {self._outputs}, got {given}")
        return _split(self._trace.treedefs, self._trace.pulled_back(self._roots, weights))

    def __copy__(self) -> Self:
        return self

    def __deepcopy__(self, memo: Any) -> Self:
        return self

    def __reduce__(self) -> tuple[Any, ...]:
        raise TypeError(
            "the vjp_fn that vjp() returned cannot be pickled, for it holds the graph of a run: pickle the function and"
            " its primals, and call vjp() where they are loaded"
        )


def jvp(fun: Callable[..., Any], primals: Trees, tangents: Trees, has_aux: bool = False) -> tuple[Any, ...]:  # noqa: FBT001, FBT002 -- JAX's signature
    """``(fun(*primals), its tangent)``: how the result moves when the primals move with the ``tangents``.

    Args:
        fun: returns numbers in any containers; with ``has_aux`` a pair of those and anything else.
        primals: a tuple or list of the arguments.
        tangents: as many, each built like its primal.
        has_aux: return ``(out, tangent, anything else)``.

    Raises:
        TypeError: a primal, a tangent or the result is not made of numbers as it should be.

    >>> from autograd import jvp
    >>> jvp(lambda x, y: x * y, (2.0, 5.0), (1.0, 0.0))
    (10.0, 5.0)
    """
    _check_motion("jvp", fun, primals, tangents)
    if (replayed := _replayed(fun, has_aux, _moving, jvp, len(primals))) is not None:
        moved: tuple[Any, Any] = replayed(*primals, *tangents)
        return moved
    out, moved, aux = _jvp("jvp", fun, primals, tangents, has_aux=has_aux)
    return (out, moved, aux) if has_aux else (out, moved)


def hvp(fun: Callable[..., Any], primals: Trees, tangents: Trees, has_aux: bool = False) -> Any:  # noqa: FBT001, FBT002 -- as in the other transforms
    """H·v, the Hessian of a function that returns one number, times the ``tangents``, without making H.

    Built like the primal if there is only one, else a tuple with an entry for each. Arguments as in :func:`jvp`; with
    ``has_aux`` it returns ``(H·v, anything else)``.

    Raises:
        TypeError: a primal, a tangent or the result is not made of numbers as it should be.

    >>> from autograd import hvp
    >>> hvp(lambda x: x[0] * x[0] * x[1], ([3.0, 2.0],), ([1.0, 0.0],))
    [4.0, 6.0]
    """
    _check_motion("hvp", fun, primals, tangents)
    if (replayed := _replayed(fun, has_aux, _moving, hvp, len(primals))) is not None:
        return replayed(*primals, *tangents)
    argnums = 0 if len(primals) == 1 else tuple(range(len(primals)))

    def gradient(*args: Any) -> Any:
        return _gradient(fun, (argnums, has_aux), args, {}, "hvp")

    _, moved, aux = _jvp("hvp", gradient, primals, tangents, has_aux=has_aux)
    return (moved, aux) if has_aux else moved


def _jvp(name: str, fun: Callable[..., Any], primals: Trees, tangents: Trees, *, has_aux: bool) -> tuple[Any, Any, Any]:
    trace = Trace(fun, range(len(primals)), primals, {})
    speeds: list[Any] = []
    for place, (tangent, expected) in enumerate(zip(tangents, trace.treedefs, strict=True)):
        numbers, given = flatten(tangent, f"tangent {place}")
        if not given.matches(expected):
            raise TypeError(f"{name}: tangent {place} must be built like argument {place}, {expected}, got {given}")
        speeds += numbers
    result, aux = _pair(name, trace.result) if has_aux else (trace.result, None)
    roots, outputs = flatten(result, "the result")
    (moved,) = trace.tangents(roots, [dict(zip(trace.variables, speeds, strict=True))])
    return trace.settled(result), outputs.result(moved), trace.settled(aux) if has_aux else None


# --- Jacobians and Hessians -------------------------------------------------------------------------------


def jacrev(fun: Callable[..., Any], argnums: Argnums = 0, has_aux: bool = False) -> Callable[..., Any]:  # noqa: FBT001, FBT002 -- JAX's signature
    """The Jacobian ∂fun/∂x by one reverse sweep for each number of the result: for few results of many numbers.

    Each number of the result is replaced by its derivative, built like the argument; between arrays that is
    one array, of the result's shape followed by the argument's. Arguments as in :func:`grad`.

    >>> import numpy as np
    >>> from autograd import jacobian
    >>> jacobian(lambda x: [x[0] * x[1], x[0]])([2.0, 5.0])
    [[5.0, 2.0], [1.0, 0.0]]
    >>> jacobian(lambda x: np.array([[1.0, 2.0], [3.0, 4.0]]) @ x)(np.array([1.0, 1.0]))
    array([[1., 2.],
           [3., 4.]])
    >>> jacobian(lambda x: ([x * x, 3 * x], {"double": 2 * x}), has_aux=True)(5.0)
    ([10.0, 3.0], {'double': 10.0})
    """
    return _transformed(jacrev, fun, (argnums, has_aux), _by_rows)


jacobian = jacrev
"""The Jacobian by reverse sweeps: :func:`jacrev`."""


def jacfwd(fun: Callable[..., Any], argnums: Argnums = 0, has_aux: bool = False) -> Callable[..., Any]:  # noqa: FBT001, FBT002 -- JAX's signature
    """The Jacobian ∂fun/∂x by one forward sweep for each number of the argument: for many results of few numbers.

    Arguments and answer are those of :func:`jacrev`.

    >>> from autograd import jacfwd, sin
    >>> jacfwd(lambda t: {"x": t * t, "y": sin(t)})(0.0)
    {'x': 0.0, 'y': 1.0}
    """
    return _transformed(jacfwd, fun, (argnums, has_aux), _by_columns)


def hessian(fun: Callable[..., Any], argnums: Argnums = 0, has_aux: bool = False) -> Callable[..., Any]:  # noqa: FBT001, FBT002 -- JAX's signature
    """The second derivatives ∂²fun/∂x∂x: forward sweeps over the graph of one reverse sweep.

    Built like the argument, with each number replaced by something built like the argument; for an array of
    shape (n,) an array of shape (n, n). Arguments as in :func:`grad`.

    >>> from autograd import hessian
    >>> hessian(lambda x, y: x * x * y, argnums=(0, 1))(3.0, 2.0)
    ((4.0, 6.0), (6.0, 0.0))
    """
    return _transformed(hessian, fun, (argnums, has_aux), _hessian)


def _by_rows(fun: Callable[..., Any], settings: Settings, args: Any, kwargs: Any, name: str = "jacrev") -> Any:
    trace = Trace(fun, _places(name, settings[0], len(args)), args, kwargs)
    return _jacobian(name, trace, settings, trace.gradients)


def _by_columns(fun: Callable[..., Any], settings: Settings, args: Any, kwargs: Any, name: str = "jacfwd") -> Any:
    trace = Trace(fun, _places(name, settings[0], len(args)), args, kwargs)

    def rows(numbers: list[Any]) -> list[list[Any]]:
        columns = trace.tangents(numbers, [{variable: 1.0} for variable in trace.variables])
        return [[column[place] for column in columns] for place in range(len(numbers))]

    return _jacobian(name, trace, settings, rows)


def _jacobian(name: str, trace: Trace, settings: Settings, rows_of: Callable[[list[Any]], list[list[Any]]]) -> Any:
    argnums, has_aux = settings
    result, aux = _pair(name, trace.result) if has_aux else (trace.result, None)
    numbers, outputs = flatten(_no_bool(name, result), "the result")
    blocks = _blocks(argnums, outputs, trace.treedefs, rows_of(numbers))
    return (blocks, trace.settled(aux)) if has_aux else blocks


def _hessian(fun: Callable[..., Any], settings: Settings, args: Any, kwargs: Any) -> Any:
    def rows(*args: Any, **kwargs: Any) -> Any:
        return _by_rows(fun, settings, args, kwargs, "hessian")

    return _by_columns(rows, settings, args, kwargs, "hessian")


def _blocks(argnums: Argnums, outputs: TreeDef, inputs: list[TreeDef], rows: list[list[Any]]) -> Any:
    """The tree of blocks, like the result on the outside and like the arguments inside.

    ``rows`` holds, for each number of the result, its derivatives with respect to the numbers of the arguments.
    """
    blocks = []
    for top, bottom, above in outputs.parts():
        band, right, places = rows[top:bottom], 0, []
        for treedef in inputs:
            leaves = []
            for width, across in zip(treedef.sizes(), treedef.shapes, strict=True):
                numbers = [number for row in band for number in row[right : right + width]]
                right += width
                bare = above is None and across is None
                leaves.append(numbers[0] if bare else array_of(numbers, (above or ()) + (across or ())))
            places.append(treedef.assemble(leaves))
        blocks.append(places[0] if isinstance(argnums, int) else tuple(places))
    return outputs.assemble(blocks)


# --- derivatives by name ----------------------------------------------------------------------------------


def sensitivities(f: Callable[..., Any], order: int = 2) -> Callable[..., dict[Any, Any]]:
    """The value of ``f`` and its derivatives with respect to its keyword arguments, in one dict.

    Its keys: ``"value"``; the name of an argument for a first derivative, ``"spot"``; a pair of names for a second
    one, ``("spot", "vol")``, to be read as ``d["spot", "vol"]``. A pair is there in both orders.

    Each keyword argument that is a number is a variable, an int as well. A str, a bool and None are passed on as
    they are, and so is everything that is passed by position.

    Args:
        f: returns one number.
        order: 1 for first derivatives alone, 2 for second ones as well.

    Raises:
        ValueError: ``order`` is not 1 or 2; an argument is called "value", or none is a number.
        TypeError: a keyword argument is neither a number nor one of those, or ``f`` does not return one number.

    >>> from autograd import sensitivities
    >>> volume = sensitivities(lambda radius, height: 3 * radius**2 * height)(radius=2.0, height=5.0)
    >>> volume["value"], volume["radius"], volume["height"]
    (60.0, 60.0, 12.0)
    >>> volume["radius", "radius"], volume["radius", "height"], volume["height", "height"]
    (30.0, 12.0, 0.0)
    """
    _check_function("sensitivities", f, "f")
    if order not in (1, 2):
        raise ValueError(f"sensitivities: order must be 1 or 2, got {order!r}")
    return Transformed(sensitivities, f, (order,), _by_name)


def _by_name(f: Callable[..., Any], settings: tuple[int], args: Any, kwargs: Any) -> dict[Any, Any]:
    numbers = {
        name: given if isinstance(given, Value) else as_float(given, f"sensitivities: the keyword argument {name!r}")
        for name, given in kwargs.items()
        if given is not None and not isinstance(given, (str, bool, np.bool_))
    }
    if not numbers:
        raise ValueError("sensitivities: pass at least one number by keyword, as in sensitivities(f)(spot=100.0)")
    if "value" in numbers:
        raise ValueError("sensitivities: an argument cannot be called 'value', the key of the value itself")

    def by_place(*values: Value) -> Value:
        named = {name: value.named(name) for name, value in zip(numbers, values, strict=True)}
        return one_number("sensitivities", _no_bool("sensitivities", f(*args, **kwargs | named)))

    places = tuple(range(len(numbers)))
    first_order = value_and_grad(by_place, places)
    if settings == (1,):
        value, firsts = first_order(*numbers.values())
        return {"value": value} | dict(zip(numbers, firsts, strict=True))
    # One run of f, one sweep that records the gradient, and one over that record for each of its parts.
    trace = Trace(first_order, places, list(numbers.values()), {})
    value, firsts = trace.result
    rows = trace.gradients(firsts)
    value, *firsts = trace.settled([value, *firsts])
    seconds = {
        (one, other): rows[min(i, j)][max(i, j)] for i, one in enumerate(numbers) for j, other in enumerate(numbers)
    }
    return {"value": value} | dict(zip(numbers, firsts, strict=True)) | seconds


# --- what a transform returns, takes and is given back ----------------------------------------------------


class Transformed:
    """The function that a transform returns: it is named, documented and bound to instances as the one it is made of.

    Its pickle holds how it was made, or its name where it stands under that as a decorated function does; so it can be
    pickled where the function can. A copy is itself, as of any function, but goes along with the instance of a method.

    Args:
        made_by: the transform: ``made_by(fun, *settings)`` makes it again.
        fun: the function that was given.
        settings: what else the transform was given.
        run: ``run(fun, settings, args, kwargs)`` is the result of a call.
    """

    __slots__ = ("__dict__", "__weakref__", "_fun", "_made_by", "_run", "_settings")

    def __init__(
        self, made_by: Callable[..., Any], fun: Callable[..., Any], settings: tuple[Any, ...], run: Callable[..., Any]
    ) -> None:
        self._made_by, self._fun, self._settings, self._run = made_by, fun, settings, run
        self.__name__, self.__qualname__ = made_by.__name__, f"{made_by.__name__}(...)"  # of what has no name itself
        attributes = ("__dict__",) if isinstance(fun, (FunctionType, Transformed)) else ()  # not those of a model
        functools.update_wrapper(self, fun, updated=attributes)

    def __call__(self, /, *args: Any, **kwargs: Any) -> Any:
        """The result of the transform at these arguments."""
        return self._run(self._fun, self._settings, args, kwargs)

    def __get__(self, instance: Any, owner: type | None = None) -> Any:
        """The method of ``instance``, as of a function in the body of a class."""
        return self if instance is None else MethodType(self, instance)

    def __repr__(self) -> str:
        return f"<{self._made_by.__name__} of {self._fun!r}>"

    def __copy__(self) -> Self:
        return self

    def __deepcopy__(self, memo: dict[int, Any]) -> Any:
        fun = copy.deepcopy(self._fun, memo)  # a function is its own copy; a method goes with the copy of its instance
        return self if fun is self._fun else self._made_by(fun, *self._settings)

    def __reduce__(self) -> str | tuple[Any, ...]:
        try:
            known = operator.attrgetter(self.__qualname__)(sys.modules.get(self.__module__))
        except AttributeError:
            known = None
        return self.__qualname__ if known is self else (self._made_by, (self._fun, *self._settings))


def _split(treedefs: list[TreeDef], numbers: list[Any]) -> tuple[Any, ...]:
    """``numbers`` as one tree for each treedef."""
    return tuple(treedef.result(part) for treedef, part in portions(treedefs, numbers))


def _transformed(
    transform: Callable[..., Any], fun: Any, given: Settings, run: Callable[..., Any]
) -> Callable[..., Any]:
    """``transform`` of ``fun``: replayed as that is, of a compiled function."""
    settings = _checked(transform.__name__, fun, given[0]), given[1]
    replayed = _replayed(fun, given[1], transform, *settings)
    return Transformed(transform, fun, settings, run) if replayed is None else replayed


def _replayed(fun: Any, has_aux: bool, transform: Callable[..., Any], *settings: Any) -> Callable[..., Any] | None:  # noqa: FBT001 -- as it was given
    """``transform(fun, *settings)`` of a compiled function, which knows how to replay that; None of any other."""
    transformed = None if has_aux or isinstance(fun, type) else getattr(fun, "__transformed__", None)
    return None if transformed is None else transformed(transform, *settings)


def _moving(fun: Callable[..., Any], transform: Callable[..., Any], count: int) -> Callable[..., Any]:
    """:func:`jvp` or :func:`hvp` as a function of ``count`` primals and as many tangents."""
    return lambda *numbers: transform(fun, numbers[:count], numbers[count:])


def _check_function(name: str, fun: Any, called: str = "fun") -> None:
    if not callable(fun):
        raise TypeError(
            f"{name}: {called} must be a function, got {fun!r}: give it the function itself, then call what comes back"
        )


def _check_motion(name: str, fun: Any, primals: Any, tangents: Any) -> None:
    _check_function(name, fun)
    for which, given in (("primals", primals), ("tangents", tangents)):
        if not isinstance(given, (tuple, list)):
            raise TypeError(f"{name}: {which} must be a tuple with one entry for each argument, got {given!r}")
    if len(primals) != len(tangents):
        raise TypeError(f"{name}: tangents must be as many as primals, got {len(tangents)} for {len(primals)}")


def _checked(name: str, fun: Any, argnums: Any) -> Argnums:
    """``argnums`` as an int or a tuple of ints."""
    _check_function(name, fun)
    if isinstance(argnums, (tuple, list)) and argnums and not any(isinstance(place, bool) for place in argnums):
        try:
            places = tuple(map(operator.index, argnums))
        except TypeError:
            places = ()
        if len(set(places)) < len(places):
            raise ValueError(f"{name}: argnums must name each argument once, got {argnums!r}")
        if places:
            return places
    elif isinstance(argnums, (int, np.integer)) and not isinstance(argnums, bool):
        return int(argnums)
    raise TypeError(f"{name}: argnums must be the place of an argument, or a tuple of places, got {argnums!r}")


@functools.lru_cache(maxsize=1024)
def _places(name: str, argnums: Argnums, count: int) -> tuple[int, ...]:
    """The places that ``argnums`` names among ``count`` positional arguments, counted from 0."""
    places = []
    for argnum in (argnums,) if isinstance(argnums, int) else argnums:
        if not -count <= argnum < count:
            raise TypeError(
                f"{name}: argnums must name positional arguments of the call, of which there "
                f"{'is 1' if count == 1 else f'are {count}'}, got {argnum}. What is passed by keyword is not "
                f"differentiated."
            )
        places.append(argnum % count)
    if len(set(places)) < len(places):
        raise ValueError(f"{name}: argnums must name each argument once, got {argnums!r} of {count}")
    return tuple(places)


def _pair(name: str, result: Any) -> tuple[Any, Any]:
    if not isinstance(result, (tuple, list)) or len(result) != 2:
        raise TypeError(f"{name}: with has_aux=True fun must return a pair, got {_in_words(result)}")
    first, second = result
    return first, second


def one_number(name: str, result: Any) -> Value:
    """The Value that a function returned; a plain number becomes a constant.

    Raises:
        TypeError: the function returned something else; ``name`` is the transform that was called.
    """
    if isinstance(result, Value):
        return result
    if isinstance(result, np.ndarray) and result.shape == () and isinstance(result.item(), Value):
        value: Value = result.item()
        return value
    if is_number(result):
        return Constant(result)  # it does not depend on the arguments
    advice = "; use jacobian" if isinstance(result, (tuple, list, dict, np.ndarray)) else ""
    raise TypeError(f"{name}: fun must return one number, got {_in_words(result)}{advice}")


def _no_bool(name: str, result: Any) -> Any:
    """``result``, unless it is a bool or an array of them, which were asked for by mistake: a comparison has no slope.

    Raises:
        TypeError: it is one.
    """
    kind = type(result)  # which asks no Value for the class of the number that it stands for
    if kind is bool or kind is np.bool_ or (kind is np.ndarray and result.dtype == bool):
        raise TypeError(
            f"{name}: fun must return a number to differentiate, got {result!r}, of type bool, as a comparison gives: "
            f"return what it compares, or greater(a, b), which is 1.0 or 0.0 and has the derivative 0"
        )
    return result


def _in_words(result: Any) -> str:
    if result is None:
        return "None: is a return missing?"
    if isinstance(result, np.ndarray):
        return f"an array of shape {result.shape}"
    if isinstance(result, (list, tuple, dict)):
        return f"a {type(result).__name__} of {len(result)}"
    return f"{result!r}, of type {type(result).__name__}"
