"""Programs in the style of micrograd and microgpt: their names, their steps by hand, and whole programs of them.

The programs take the class of Values as an argument, and run with ours and with a small class of their own kind that is
written here: every loss and every parameter must be the same to 1e-12.
"""

from __future__ import annotations

import copy
import math
import pickle
import random
from itertools import pairwise

import numpy as np
import pytest

import autograd
from autograd import Parameter, StaleGraphError, Value, detect_anomaly, no_grad, primitive
from autograd.errors import AnomalyError, RecordingError
from autograd.value import Constant


class Reference:
    """A number that keeps the numbers it was made of, and its derivative with respect to each."""

    def __init__(self, data, _children=(), _slopes=()):
        self.data, self.grad = data, 0.0
        self._prev, self._slopes = _children, _slopes

    @staticmethod
    def of(other):
        return other if isinstance(other, Reference) else Reference(other)

    def __add__(self, other):
        other = self.of(other)
        return Reference(self.data + other.data, (self, other), (1.0, 1.0))

    def __mul__(self, other):
        other = self.of(other)
        return Reference(self.data * other.data, (self, other), (other.data, self.data))

    def __pow__(self, n):
        return Reference(self.data**n, (self,), (n * self.data ** (n - 1),))

    def exp(self):
        return Reference(math.exp(self.data), (self,), (math.exp(self.data),))

    def log(self):
        return Reference(math.log(self.data), (self,), (1.0 / self.data,))

    def tanh(self):
        return Reference(math.tanh(self.data), (self,), (1.0 - math.tanh(self.data) ** 2,))

    def relu(self):
        return Reference(max(0.0, self.data), (self,), (float(self.data > 0),))

    def __neg__(self):
        return self * -1.0

    def __sub__(self, other):
        return self + -self.of(other)

    def __rsub__(self, other):
        return self.of(other) - self

    def __truediv__(self, other):
        return self * self.of(other) ** -1.0

    def __rtruediv__(self, other):
        return self.of(other) * self**-1.0

    __radd__, __rmul__ = __add__, __mul__

    def backward(self):
        order, seen, stack = [], set(), [(self, False)]
        while stack:
            node, done = stack.pop()
            if done:
                order.append(node)
            elif id(node) not in seen:
                seen.add(id(node))
                stack += [(node, True), *((child, False) for child in node._prev)]
        self.grad = 1.0
        for node in reversed(order):
            for child, slope in zip(node._prev, node._slopes, strict=True):
                child.grad += slope * node.grad


def same(program, *args):
    """The numbers that ``program`` gives with both classes, which must be the same."""
    ours, theirs = program(Value, *args), program(Reference, *args)
    assert len(ours) == len(theirs) > 3
    assert ours == pytest.approx(theirs, rel=1e-12, abs=1e-12)
    return ours


# --- whole programs -----------------------------------------------------------------------------------------


def moons(count):
    """Two interleaved half circles, labelled -1 and 1."""
    points, labels = [], []
    for i in range(count):
        turn = math.pi * random.random()
        up = i % 2
        points.append((math.cos(turn) + up + random.gauss(0, 0.05), (1 - 2 * up) * math.sin(turn) + 0.5 * up))
        labels.append(1 - 2 * up)
    return points, labels


def classifier(Value):
    """A network of scalars in classes of its own, trained by descent on a hinge loss with a penalty."""

    class Neuron:
        def __init__(self, nin, nonlin):
            self.w = [Value(random.uniform(-1, 1)) for _ in range(nin)]
            self.b = Value(0)
            self.nonlin = nonlin

        def __call__(self, x):
            act = sum((wi * xi for wi, xi in zip(self.w, x, strict=True)), self.b)
            return act.relu() if self.nonlin else act

        def parameters(self):
            return [*self.w, self.b]

    random.seed(1337)
    sizes = [2, 6, 6, 1]
    layers = [[Neuron(nin, nout != 1) for _ in range(nout)] for nin, nout in pairwise(sizes)]
    parameters = [p for layer in layers for neuron in layer for p in neuron.parameters()]
    points, labels = moons(20)

    def score(point):
        x = list(map(Value, point))
        for layer in layers:
            x = [neuron(x) for neuron in layer]
        return x[0]

    history = []
    for k in range(12):
        losses = [(1 + -y * score(point)).relu() for point, y in zip(points, labels, strict=True)]
        loss = sum(losses) * (1.0 / len(losses)) + 1e-4 * sum(p * p for p in parameters)
        for p in parameters:
            p.grad = 0
        loss.backward()
        for p in parameters:
            p.data -= (0.5 - 0.4 * k / 12) * p.grad
        history.append(loss.data)
    return history + [p.data for p in parameters]


def test_a_classifier_of_two_moons():
    history = same(classifier)[:12]
    assert history[-1] < history[0] / 2


def language_model(Value):
    """A transformer of one layer on names: tokens, embeddings, attention, rmsnorm, Adam with its moments in lists."""
    random.seed(42)
    docs = ["emma", "ava", "mia", "eve"]
    letters = sorted(set("".join(docs)))
    end, width, heads, block = len(letters), 4, 2, 5

    def matrix(rows, columns, scale=0.3):
        return [[Value(random.gauss(0, scale)) for _ in range(columns)] for _ in range(rows)]

    state = {
        "wte": matrix(end + 1, width), "wpe": matrix(block, width), "head": matrix(end + 1, width),
        "wq": matrix(width, width), "wk": matrix(width, width), "wv": matrix(width, width), "wo": matrix(width, width),
        "up": matrix(2 * width, width), "down": matrix(width, 2 * width),
    }  # fmt: skip
    parameters = [p for rows in state.values() for row in rows for p in row]

    def linear(x, w):
        return [sum(wi * xi for wi, xi in zip(row, x, strict=True)) for row in w]

    def softmax(logits):
        highest = max(value.data for value in logits)
        powers = [(value - highest).exp() for value in logits]
        total = sum(powers)
        return [power / total for power in powers]

    def rmsnorm(x):
        scale = (sum(xi * xi for xi in x) / len(x) + 1e-5) ** -0.5
        return [xi * scale for xi in x]

    def step(token, position, keys, values):
        x = rmsnorm([t + p for t, p in zip(state["wte"][token], state["wpe"][position], strict=True)])
        residual, x = x, rmsnorm(x)
        query = linear(x, state["wq"])
        keys.append(linear(x, state["wk"]))
        values.append(linear(x, state["wv"]))
        mixed = []
        for start in range(0, width, width // heads):
            part = slice(start, start + width // heads)
            weights = softmax(
                [
                    sum(q * k for q, k in zip(query[part], key[part], strict=True)) / (width // heads) ** 0.5
                    for key in keys
                ]
            )
            mixed += [
                sum(weight * value[j] for weight, value in zip(weights, values, strict=True))
                for j in range(start, start + width // heads)
            ]
        x = [a + b for a, b in zip(linear(mixed, state["wo"]), residual, strict=True)]
        hidden = [xi.relu() for xi in linear(rmsnorm(x), state["up"])]
        x = [a + b for a, b in zip(linear(hidden, state["down"]), x, strict=True)]
        return linear(x, state["head"])

    first, second = [0.0] * len(parameters), [0.0] * len(parameters)
    history = []
    for k in range(4):
        tokens = [end, *map(letters.index, docs[k % len(docs)]), end]
        keys, values, losses = [], [], []
        for position in range(min(block, len(tokens) - 1)):
            chances = softmax(step(tokens[position], position, keys, values))
            losses.append(-chances[tokens[position + 1]].log())
        loss = (1 / len(losses)) * sum(losses)
        loss.backward()
        for i, p in enumerate(parameters):
            first[i] = 0.9 * first[i] + 0.1 * p.grad
            second[i] = 0.95 * second[i] + 0.05 * p.grad**2
            p.data -= 0.02 * (first[i] / (1 - 0.9 ** (k + 1))) / ((second[i] / (1 - 0.95 ** (k + 1))) ** 0.5 + 1e-8)
            p.grad = 0
        history.append(loss.data)
    return history + [p.data for p in parameters]


def test_a_small_language_model():
    history = same(language_model)[:4]
    assert all(map(math.isfinite, history))


def bigrams(Value):
    """The logits of each next letter after each letter, learnt by descent from the words; what was learnt, flat."""
    words = ["anna", "nana", "ann"]
    letters = [".", "a", "n"]
    pairs = [(letters.index(a), letters.index(b)) for w in words for a, b in zip("." + w, w + ".", strict=True)]
    logits = [[Value(0.1 * (i - j)) for j in range(3)] for i in range(3)]
    for _ in range(30):
        loss = 0
        for a, b in pairs:
            powers = [logit.exp() for logit in logits[a]]
            loss = loss + -(powers[b] / sum(powers)).log()
        loss = loss / len(pairs)
        for row in logits:
            for logit in row:
                logit.grad = 0.0
        loss.backward()
        for row in logits:
            for logit in row:
                logit.data += -2.0 * logit.grad
    return [loss.data, *(logit.data for row in logits for logit in row)]


def test_a_bigram_model_against_matrices_too():
    learnt = same(bigrams)
    pairs = [
        (0, 1),
        (1, 2),
        (2, 2),
        (2, 1),
        (1, 0),
        (0, 2),
        (2, 1),
        (1, 2),
        (2, 1),
        (1, 0),
        (0, 1),
        (1, 2),
        (2, 2),
        (2, 0),
    ]
    before, after = np.array(pairs).T
    W = 0.1 * np.subtract.outer(np.arange(3.0), np.arange(3.0))
    for _ in range(30):
        chances = np.exp(W[before])
        chances /= chances.sum(axis=1, keepdims=True)
        loss = -np.log(chances[np.arange(len(pairs)), after]).mean()
        chances[np.arange(len(pairs)), after] -= 1.0
        slope = np.zeros((3, 3))
        np.add.at(slope, before, chances / len(pairs))
        W -= 2.0 * slope
    assert learnt == pytest.approx([loss, *W.ravel()], rel=1e-12, abs=1e-12)


def test_adam_with_its_moments_in_a_dict_or_on_leaves_of_a_subclass():
    class Own(autograd.Value):
        pass

    def fit(make, moments):
        x, y = make(3.0), make(-2.0)
        for k in range(1, 20):
            loss = (x - 1) ** 2 + x * y + (y + 0.5) ** 4
            x.grad = y.grad = 0
            loss.backward()
            for p in (x, y):
                m, v = moments(p)
                m, v = moments(p, 0.9 * m + 0.1 * p.grad, 0.99 * v + 0.01 * p.grad**2)
                p.data -= 0.1 * m / (1 - 0.9**k) / ((v / (1 - 0.99**k)) ** 0.5 + 1e-8)
        return [loss.data, x.data, y.data, x.grad]

    def in_dict():
        held = {}

        def moments(p, *new):
            held[p] = new or held.get(p, (0.0, 0.0))
            return held[p]

        return moments

    def on_leaf(p, *new):
        if new:
            p.m, p.v = new
        return getattr(p, "m", 0.0), getattr(p, "v", 0.0)

    expected = fit(Reference, on_leaf)
    assert fit(Value, in_dict()) == pytest.approx(expected, rel=1e-12)
    assert fit(Own, on_leaf) == pytest.approx(expected, rel=1e-12)


# --- by hand ------------------------------------------------------------------------------------------------


def neuron():
    x1, x2, w1, w2 = Value(2.0, label="x1"), Value(0.0), Value(-3.0), Value(1.0)
    b = Value(6.8813735870195432, label="b")
    x1w1, x2w2 = x1 * w1, x2 * w2
    both = x1w1 + x2w2
    n = both + b
    return [x1, x2, w1, w2, b, x1w1, x2w2, both, n, n.tanh()]


def test_a_pass_by_hand_is_a_backward_pass():
    nodes, again = neuron(), neuron()
    nodes[-1].backward()
    again[-1].grad = 1.0
    for node in reversed(again):
        node._backward()
    assert [node.grad for node in again] == [node.grad for node in nodes]
    assert [node.grad for node in again[:5]] == pytest.approx([-1.5, 0.5, 1.0, 0.0, 0.5], rel=1e-12)


def test_a_walk_of_their_own_over_prev_and_children():
    def walk(root, operands):
        order, seen = [], set()

        def visit(node):
            if node not in seen:
                seen.add(node)
                for child in operands(node):
                    visit(child)
                order.append(node)

        visit(root)
        return order

    for operands in (lambda node: node._prev, lambda node: node._children):
        a = Value(3.0)
        root = a * a + a.exp() / a
        root.grad = 1
        for node in reversed(walk(root, operands)):
            node._backward()
        by_hand = a.grad
        a.zero_grad()
        root.backward()
        assert by_hand == pytest.approx(a.grad, rel=1e-15)
    for node in reversed(walk(root, lambda node: node._children)):
        for child, local in zip(node._children, node._local_grads, strict=True):
            assert local in node.partials()
            assert child in node.parents


def test_steps_by_hand_add_up_in_interior_nodes_too():
    a = Value(3.0)
    square = a * a
    out = square + square
    out.grad = 1.0
    out._backward()
    assert square.grad == 2.0
    out._backward()
    assert square.grad == 4.0
    square._backward()
    assert a.grad == 24.0
    a._backward()  # a leaf has no one to hand anything to
    assert a.grad == 24.0
    fresh = a * 2
    fresh._backward()  # no gradient has arrived, so none goes on
    assert a.grad == 24.0


def test_a_step_by_hand_is_the_engine_s_own_step():
    a = Value(3.0, "a")
    y = a * a
    y.grad = 1.0
    y.register_hook(lambda g: g * 10)
    y._backward()
    assert a.grad == 60.0
    a.data = 4.0
    with pytest.raises(StaleGraphError, match="'a'"):
        y._backward()
    assert a.grad == 60.0
    gated = autograd.where(Value(1.0), a, Value(math.inf).log())
    gated.grad = 1.0
    a.zero_grad()
    gated._backward()
    assert (a.grad, gated.parents[2].has_grad) == (1.0, False)
    x = Value(2.0)
    (x**3).backward(create_graph=True)
    (z := x * 5.0).grad = 1.0
    z._backward()
    assert x.grad.data == 17.0
    root = Value(0.0).sqrt()
    root.grad = 1.0
    with detect_anomaly(), pytest.raises(AnomalyError, match="sqrt"):
        root._backward()
    with pytest.raises(RecordingError, match=r"_backward\(\)"):
        autograd.compile(lambda x: (x * x)._backward())(1.0)


# --- leaves made as theirs ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("args", "kwargs"),
    [
        (((), ""), {}), (((), ()), {}), ((set(), ""), {}), (([], ""), {}), (((),), {}),
        ((), {"_children": (), "_op": ""}), ((), {"children": (), "local_grads": ()}), ((), {"_children": set()}),
        ((), {"_op": ""}), ((), {"local_grads": []}), (("", ""), {}), (((),), {"_op": ""}),
    ],
)  # fmt: skip
@pytest.mark.parametrize("kind", [Value, Parameter, Constant])
def test_empty_operands_and_operations_are_taken(args, kwargs, kind):
    leaf = kind(2.0, *args, **kwargs)
    assert (leaf.data, leaf.label, leaf.parents, leaf.op, leaf._op) == (2.0, "", (), None, "")


def test_a_label_may_come_with_them():
    assert (
        Value(2.0, (), "", "a").label == Value(2.0, "a", ()).label == Value(2.0, label="a", _children=()).label == "a"
    )
    assert Value(3, "a", "", _children=set()).data == 3.0


X = Value(2.0, "x")


@pytest.mark.parametrize(
    ("args", "kwargs", "way"),
    [
        (((X,), "tanh"), {}, r"write x\.tanh\(\), or for an operation of your own primitive\('tanh_', \.\.\.\)$"),
        (((X,), "ReLU"), {}, r"write x\.relu\(\)"),
        (({X}, "exp"), {}, r"write x\.exp\(\)"),
        (((X, X), "+"), {}, r"write x \+ y$"),
        (
            ((X,), (1.0,)),
            {},
            r"operators and the functions of autograd, or define the operation: primitive\('name', \.\.\.\)",
        ),
        ((), {"_children": (X,), "_op": "swish"}, r"primitive\('swish', \.\.\.\)"),
        ((), {"children": (X,), "local_grads": (1.0,)}, r"primitive\('name'"),
        ((), {"local_grads": (1.0,)}, r"primitive\('name'"),
        (((), "input"), {}, r"name a leaf by its label: Value\(1\.5, 'input'\)"),
        (("a", "tanh"), {}, r"write x\.tanh\(\)"),
        (((X,),), {}, r"write it with operators"),
        (("a", (X,)), {}, r"write it with operators"),
        (("a", 3), {}, r"write it with operators"),
    ],
)
def test_operands_given_by_hand_are_refused(args, kwargs, way):
    with pytest.raises(
        TypeError, match=r"^a Value takes a number and a label, got Value\(1\.5, .*no derivative.*" + way
    ):
        Value(1.5, *args, **kwargs)


def test_a_label_is_still_a_str():
    for label in (3, None, b"a", ["a"], (1.0,), {"a": X}, X):
        with pytest.raises(TypeError, match="a label must be a str, got"):
            Value(1.0, label)
    with pytest.raises(TypeError, match="unexpected keyword argument"):
        Value(1.0, parents=())


# --- what is refused ----------------------------------------------------------------------------------------


def test_views_can_be_read_and_not_set():
    a, b = Value(2.0), Value(3.0)
    y = a * b
    assert (y._prev, y._children, y._op, y._local_grads) == ({a, b}, (a, b), "*", (3.0, 2.0))
    assert (a._prev, a._children, a._op, a._local_grads) == (set(), (), "", ())
    for name, way in {
        "_backward": r"it would not be called\. Instead define the operation .* primitive\(name, forward=",
        "_prev": "operands are linked by operators",
        "_children": "operands are linked by operators",
        "_op": "name the node by its label",
        "_local_grads": "define the operation with its derivative",
    }.items():
        with pytest.raises(AttributeError, match=rf"^{name} of a Value cannot be set: {way}"):
            setattr(y, name, None)
    assert (y._prev, y._children, y._op) == ({a, b}, (a, b), "*")


def test_an_operation_of_one_s_own_is_a_primitive():
    swish = primitive("swish_of_a_test", forward=lambda x: x / (1 + math.exp(-x)), partials=lambda x, out: (
        autograd.sigmoid(x) + out * (1 - autograd.sigmoid(x)),
    ))  # fmt: skip
    x = Value(0.5)
    y = swish(x)
    y.backward()
    assert x.grad == pytest.approx(0.7399611873025, rel=1e-12)
    assert y._op == "swish_of_a_test"


@pytest.mark.parametrize(
    ("name", "way"),
    [
        ("_forward", r"root\.forward\(\) computes a graph again"),
        ("topo", r"root\.topological_order\(\) lists"),
        ("build_topo", r"root\.topological_order\(\) lists"),
        ("m", r"a dict with the Value as key, .* class Value\(autograd\.Value\): pass"),
        ("v", r"a dict with the Value as key"),
        ("velocity", r"a dict with the Value as key"),
        ("momentum", r"a dict with the Value as key"),
    ],
)
def test_attributes_that_a_value_has_not_are_told_with_the_way_out(name, way):
    leaf = Parameter(1.0)
    message = rf"^'Parameter' object has no attribute '{name}': .*{way}"
    for attempt in (lambda: setattr(leaf, name, 0.0), lambda: getattr(leaf, name), lambda: delattr(leaf, name)):
        with pytest.raises(AttributeError, match=message) as caught:
            attempt()
        assert (caught.value.name, caught.value.obj) == (name, leaf)
    assert not hasattr(leaf, name)
    assert getattr(leaf, name, 7) == 7
    assert getattr(Value, name) is not None
    with pytest.raises(AttributeError):
        leaf.anything_else = 1.0


def test_a_subclass_has_attributes_of_its_own():
    class Own(autograd.Value):
        pass

    leaf = Own(2.0, "w")
    with pytest.raises(AttributeError, match=r"^'Own' object has no attribute 'm'$"):
        _ = leaf.m
    leaf.m, leaf.anything = 1.0, "kept"
    leaf.m += 0.5
    assert (leaf.m, vars(leaf)) == (1.5, {"m": 1.5, "anything": "kept"})
    y = leaf * leaf
    y.backward()
    assert (leaf.grad, type(y)) == (4.0, Value)  # results are plain Values
    for again in (copy.copy(leaf), copy.deepcopy(y)._children[0]):
        assert (type(again), again.m, again.anything, again.grad) == (Own, 1.5, "kept", 4.0)
    del leaf.m
    assert not hasattr(leaf, "m")
    with pytest.raises(AttributeError, match=r"^'Own' object has no attribute 'm'$"):
        del leaf.m
    for name in ("_backward", "_forward", "_prev", "topo"):  # the engine would not ask them
        with pytest.raises(AttributeError, match=r"cannot be set|has no attribute '\w+': root"):
            setattr(leaf, name, None)


class Importable(autograd.Value):
    """A subclass that pickle can find."""


def test_the_attributes_of_a_subclass_are_pickled():
    leaf = Importable(2.0, "w")
    leaf.m = 1.5
    again = pickle.loads(pickle.dumps(leaf * leaf))._children[0]
    assert (type(again), again.m, again.data, again.label) == (Importable, 1.5, 2.0, "w")


def test_the_silent_difference_that_the_page_names_first():
    a, b = Value(2.0), Value(2.0)
    nodes = [a]
    assert b in nodes
    assert b not in set(nodes)
    assert nodes.index(b) == 0
    with no_grad():
        assert (a * b)._prev == set()
