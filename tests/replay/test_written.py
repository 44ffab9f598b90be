"""Calls whose form is written out do as those that are walked through, and notice any other form."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import optree
import pytest

import autograd as ag
from autograd import compile as compiled
from autograd.replay import signature, written
from autograd.replay.signature import take_apart
from autograd.replay.written import Assembly
from autograd.trees import flatten


class Pair(NamedTuple):
    left: Any
    right: Any


ROW, TABLE = np.arange(3.0), np.arange(6.0).reshape(2, 3)
FORMS: dict[str, tuple[tuple[Any, ...], dict[str, Any]]] = {
    "one number": ((1.0,), {}),
    "numbers": ((1.0, 2.0, 3.0, 4.0, 5.0), {}),
    "a list": (([1.0, 2.0],), {}),
    "a long list": (([1.0, 2.0, 3.0, 4.0, 5.0], 6.0), {}),
    "a list in a list": (([[1.0] * 6, [2.0] * 6], (3.0, [])), {}),
    "arrays": ((ROW, TABLE, np.array(7.0)), {}),
    "layers": (([(TABLE, ROW), (TABLE.T.copy(), ROW)], ROW, 2.0), {}),
    "a dict": (({"b": 1.0, "a": [2.0, ROW]}, None), {}),
    "empty containers": (([], (), {}, [[]], 1.0), {}),
    "by keyword": ((1.0,), {"z": ROW, "a": {"k": 2.0}}),
    "by keyword alone": ((), {"z": 1.0, "a": (2.0,)}),
}
OTHERS: list[Any] = [
    1, True, None, "a", 1.0, np.float64(1.0), np.float32(1.0), ag.Value(1.0), [], (), {}, [1.0], (1.0,), [1.0] * 3,
    {"b": 1.0}, Pair(1.0, 2.0), np.array(1), np.zeros(3, np.float32), np.zeros(4), np.zeros((3, 1)), np.zeros((3, 2)),
    np.ma.array([1.0, 2.0, 3.0]), np.zeros(3, ">f8"),
]  # fmt: skip


def written_for(args: tuple[Any, ...], kwargs: dict[str, Any]) -> written.Opening | None:
    plan = signature.Plan(args, kwargs, signature.flattened(args, kwargs)[1], None)
    for _ in range(written.OFTEN):
        assert plan.opening(args, kwargs) is None
        plan.used()
    return None if plan.opening is signature._unwritten else plan.opening


def altered(tree: Any) -> list[Any]:
    """The tree with one part replaced, left out or added, in every way."""
    found = list(OTHERS)
    if type(tree) in (list, tuple):
        items = list(tree)
        for place, item in enumerate(items):
            found += [type(tree)([*items[:place], other, *items[place + 1 :]]) for other in altered(item)]
            found.append(type(tree)(items[:place] + items[place + 1 :]))
        found += [type(tree)([*items, 1.0]), tuple(items) if type(tree) is list else items]
    elif type(tree) is dict:
        for key in tree:
            found += [{**tree, key: other} for other in altered(tree[key])]
            found.append({name: part for name, part in tree.items() if name != key})
        found += [{**tree, "more": 1.0}, dict(reversed(tree.items()))]
    return found


@pytest.mark.parametrize("form", FORMS)
def test_a_form_is_known_again_and_no_other_is_taken_for_it(form):
    args, kwargs = FORMS[form]
    apart = written_for(args, kwargs)
    leaves, key = take_apart(args, kwargs)
    found = apart(args, kwargs)
    assert len(found) == len(leaves)
    assert all(one is other for one, other in zip(found, leaves, strict=True))
    refused = 0
    for changed, named in [(other, kwargs) for other in altered(args)] + [(args, other) for other in altered(kwargs)]:
        if type(changed) is not tuple or type(named) is not dict:
            continue
        got = apart(changed, named)
        if got is None:
            refused += 1
            continue
        there, same = take_apart(changed, named)
        assert same == key, (changed, named)
        assert all(one is other for one, other in zip(got, there, strict=True))
    assert refused > 20


def test_the_order_of_a_dict_is_another_form():
    apart = written_for(({"b": 1.0, "a": 2.0},), {})
    assert apart(({"b": 1.0, "a": 2.0},), {}) == [2.0, 1.0]  # in the order in which a walk goes through
    assert apart(({"a": 1.0, "b": 2.0},), {}) is None


@pytest.mark.parametrize(
    "args",
    [(Pair(1.0, 2.0),), ("static", 1.0), ([[1.0]] * 1000,), (1.0, abs)],
    ids=["record", "static", "large", "function"],
)
def test_what_cannot_be_written_is_walked_through(args):
    assert written_for(args, {}) is None


RESULTS: dict[str, Any] = {
    "a number": 1.0,
    "a pair": (1.0, [2.0]),
    "many": [float(k) for k in range(9)],
    "a tuple of many": (1.0, tuple(float(k) for k in range(9))),
    "arrays": (1.0, [(TABLE, ROW), (np.array(3.0), TABLE)]),
    "dicts": {"b": 1.0, "a": {"d": ROW, "c": None}, "e": ()},
    "a record": (1.0, Pair(2.0, [3.0])),
    "large": [(float(k), [ROW]) for k in range(400)],
    "with a bool": (1.0, [True, ROW > 1]),
}


@pytest.mark.parametrize("batched", [False, True])
@pytest.mark.parametrize("form", RESULTS)
def test_results_are_put_together_as_by_the_walk(form, batched):
    numbers, treedef = flatten(RESULTS[form], "the result")
    found = np.array(numbers)[:, None] + np.arange(4.0) if batched else np.array(numbers)
    assembly = Assembly(treedef, batched=batched)
    first = assembly(found)
    for _ in range(written.OFTEN + 1):
        again = assembly(found)
        assert str(again) == str(first)
        assert type(again) is type(first)
        assert optree.tree_structure(again) == optree.tree_structure(first)
        for one, other in zip(optree.tree_leaves(first), optree.tree_leaves(again), strict=True):
            assert type(one) is type(other)
            assert np.shape(one) == np.shape(other)
    assert (assembly.written is None) == (form in ("a record", "large", "with a bool"))
    if not batched:
        assert str(assembly(numbers)) == str(treedef.outcome(numbers)) == str(RESULTS[form])


@pytest.mark.parametrize("backend", ["python", "numpy"])
def test_a_compiled_function_takes_one_form_after_the_other(backend):
    f = compiled(lambda tree, scale=2.0: {"sum": sum(tree) * scale, "first": tree[0]}, backend=backend)
    for length in (1, 2, 5):
        for _ in range(5):
            tree = [float(k + 1) for k in range(length)]
            assert f(tree) == {"sum": 2.0 * sum(tree), "first": 1.0}
            assert f(tuple(tree)) == f(np.array(tree)) == f([*map(int, tree)]) == f(tree)
            assert f(tree, 3.0) == f(tree, scale=3.0) == {"sum": 3.0 * sum(tree), "first": 1.0}
    assert f([ag.Value(1.0)])["sum"].data == 2.0
    with pytest.raises(TypeError):
        f([1.0, "a"])
