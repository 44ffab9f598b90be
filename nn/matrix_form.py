"""Backpropagation with matrices, in the symbols of the notes: one layer at a time, all examples at once.

With examples as rows, a[0] = X and for l = 1 .. L::

    z[l] = a[l-1] W[l] + b[l]            a[l] = g(z[l])

and back, from g_a[L] = dJ/da[L] of the loss, for l = L .. 1::

    g_z[l] = g'(z[l]) ∘ g_a[l]           g_W[l] = a[l-1]ᵀ g_z[l]
    g_a[l-1] = g_z[l] W[l]ᵀ              g_b[l] = the sum of the rows of g_z[l]

Where g is softmax, which joins the numbers of a row, g'(z) is the Jacobian of the row, and ∘ is the matrix product of
the row of g_a with it.

The engine supplies only the factors of this chain: g(z) and g'(z) of each number, and the derivative of the loss at
each output.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextvars import Context
from dataclasses import dataclass, fields
from typing import Any, Literal

import numpy as np

from autograd import Value, jacobian
from nn.activations import Activation, joins_outputs, resolve_activation
from nn.arguments import Array, counted, real_array
from nn.losses import Loss, resolve_loss

__all__ = ["MatrixForm", "backprop"]


@dataclass(frozen=True)
class MatrixForm:
    """Every quantity of one forward and backward pass. Lists run from layer 1: ``z[0]`` is the notes' z[1].

    In rows, with m examples and n_l neurons in layer l: ``x`` is (m, n_0); ``z``, ``a``, ``slope``, ``g_a`` and
    ``g_z`` hold arrays of shape (m, n_l); ``g_W`` (n_(l-1), n_l); ``g_b`` (n_l,), or None for a layer without bias.
    The ``slope`` of a softmax layer is (m, n_l, n_l): da_i/dz_j of an example at [example, i, j].
    In columns each is transposed, its axes in reverse, with ``g_b`` as a column (n_l, 1).
    """

    loss: float
    """J, over all examples."""
    x: Array
    """The input, a[0] in the notes."""
    z: list[Array]
    a: list[Array]
    slope: list[Array]
    """g'(z), kept from the forward pass."""
    g_a: list[Array]
    """dJ/da."""
    g_z: list[Array]
    """dJ/dz, the notes' δ."""
    g_W: list[Array]  # noqa: N815 -- the symbol of the notes
    g_b: list[Array | None]


def backprop(  # noqa: PLR0913, PLR0917 -- a pass is given by all of these
    matrices: Sequence[tuple[Any, Any]],
    X: Any,  # noqa: N803 -- the symbol of the notes
    y: Any,
    activations: str | Activation | Sequence[str | Activation],
    loss: str | Loss,
    mean: bool = False,  # noqa: FBT001, FBT002 -- documented as positional
    convention: Literal["rows", "columns"] = "rows",
) -> MatrixForm:
    """The loss of a network on examples, and its gradients with respect to everything in it.

    Args:
        matrices: (W, b) of each layer, as :meth:`nn.MLP.matrices` gives them; b None for no bias.
        X: one example of shape (n_0,), or m examples as the rows of (m, n_0).
        y: the targets, of shape (m, n_L); for one output also (m,), for one example also (n_L,) or a number. For
            losses over classes also the index of each example's class, of shape (m,).
        activations: a name or function for all layers, or a list of them, one per layer.
        loss: a name or function of (prediction, target), applied to each example; J is the sum of them.
        mean: divide J, and so every gradient, by m.
        convention: how the result is laid out: one example per row, or (transposed) per column.

    Raises:
        ValueError: shapes that do not fit, an unknown name.
        TypeError: something that is not an array of real numbers, or not a name or function.

    >>> from nn import matrix_form
    >>> W1, W2 = [[1.0, 1.0, 1.0], [1.0, 1.0, 1.0]], [[1.0], [1.0], [1.0]]
    >>> form = matrix_form.backprop([(W1, None), (W2, None)], [0.3, 1.0], 0.75, "sigmoid", "half_squared_error")
    >>> form.a[1].round(4), form.g_W[1].round(6).ravel()
    (array([[0.9135]]), array([0.010151, 0.010151, 0.010151]))
    """
    if convention not in ("rows", "columns"):
        raise ValueError(f"convention must be 'rows' or 'columns', got {convention!r}")
    layers = _layers(matrices, activations)
    x = np.atleast_2d(real_array(X, "X"))
    if x.ndim != 2 or not len(x) or x.shape[1] != len(layers[0].W):
        raise ValueError(f"X has the shape {x.shape}; it needs one row an example, of {len(layers[0].W)} inputs")
    targets = _targets(y, (len(x), layers[-1].W.shape[1]))
    # In a context of its own: a no_grad() or a scope around the call is no business of the factors' derivatives.
    form = Context().run(_passes, layers, x, targets, resolve_loss(loss), 1.0 / len(x) if mean else 1.0)
    return form if convention == "rows" else _transposed(form)


@dataclass(frozen=True)
class _Layer:
    W: Array
    b: Array | None
    activation: Activation


def _passes(layers: list[_Layer], x: Array, targets: Array, loss: Loss, weight: float) -> MatrixForm:
    """Forward through all layers, then back."""
    z: list[Array] = []
    a: list[Array] = []
    slope: list[Array] = []
    outputs = x
    for layer in layers:
        z.append(outputs @ layer.W + (0.0 if layer.b is None else layer.b))
        outputs, derivative = _activate(layer.activation, z[-1])
        a.append(outputs)
        slope.append(derivative)
    total, upstream = _loss(loss, outputs, targets)
    upstream = weight * upstream
    g_a: list[Array] = []
    g_z: list[Array] = []
    g_W: list[Array] = []  # noqa: N806 -- the symbol of the notes
    g_b: list[Array | None] = []
    for layer, derivative, inputs in reversed(list(zip(layers, slope, [x, *a[:-1]], strict=True))):
        g_a.append(upstream)
        g_z.append(derivative * upstream if derivative.ndim == 2 else np.einsum("ei,eij->ej", upstream, derivative))
        g_W.append(inputs.T @ g_z[-1])
        g_b.append(None if layer.b is None else g_z[-1].sum(axis=0))
        upstream = g_z[-1] @ layer.W.T
    return MatrixForm(weight * total, x, z, a, slope, g_a[::-1], g_z[::-1], g_W[::-1], g_b[::-1])


def _activate(activation: Activation, z: Array) -> tuple[Array, Array]:
    """g(z) and g'(z), number by number; of softmax row by row."""
    if joins_outputs(activation):
        row = jacobian(lambda numbers: [activation(numbers)] * 2, has_aux=True)
        slopes, outputs = zip(*map(row, z.tolist()), strict=True)
        return np.array(outputs), np.array(slopes)
    a, slope = np.empty_like(z), np.empty_like(z)
    for place, number in np.ndenumerate(z):
        leaf = Value(number)
        result = activation(leaf)
        if not isinstance(result, Value):
            raise TypeError(
                f"the activation {activation!r} gave {result!r}, not a Value: write it with autograd's functions"
            )
        result.backward()
        a[place], slope[place] = result.data, leaf.grad
    return a, slope


def _loss(loss: Loss, outputs: Array, targets: Array) -> tuple[float, Array]:
    """The sum over the examples, and its derivative with respect to each output."""
    total, slope = 0.0, np.empty_like(outputs)
    for row, (numbers, wanted) in enumerate(zip(outputs.tolist(), targets.tolist(), strict=True)):
        leaves = [Value(number) for number in numbers]
        result = loss(leaves[0], wanted[0]) if len(leaves) == 1 else loss(leaves, wanted)
        if not isinstance(result, Value):
            raise TypeError(f"the loss {loss!r} gave {result!r}, not a Value: write it with autograd's functions")
        result.backward()
        total += result.data
        slope[row] = [leaf.grad for leaf in leaves]
    return total, slope


def _transposed(form: MatrixForm) -> MatrixForm:
    """The same with one example per column."""

    def flipped(part: Any) -> Any:
        if isinstance(part, list):
            return [flipped(each) for each in part]
        if not isinstance(part, np.ndarray):  # the loss, or a missing bias
            return part
        return part.T if part.ndim > 1 else part[:, np.newaxis]

    return MatrixForm(**{each.name: flipped(getattr(form, each.name)) for each in fields(form)})


# --- checking the arguments -------------------------------------------------------------------------------


def _layers(matrices: Sequence[tuple[Any, Any]], activations: Any) -> list[_Layer]:
    """The matrices with their activations, each shape checked against the layer before."""
    if not isinstance(matrices, Iterable):
        raise TypeError(f"matrices must be a list of pairs (W, b), one for each layer, got {matrices!r}")
    pairs = list(matrices)
    if not pairs:
        raise ValueError("matrices is empty: give (W, b) for at least one layer")
    if isinstance(activations, str) or callable(activations):
        activations = [activations] * len(pairs)
    if not isinstance(activations, Iterable):
        raise TypeError(f"activations must be a name, a function, or a list of them, one a layer, got {activations!r}")
    activations = list(activations)
    if len(activations) != len(pairs):
        raise ValueError(f"{counted(len(pairs), 'layer')} but {counted(len(activations), 'activation')}")
    layers: list[_Layer] = []
    for number, (pair, activation) in enumerate(zip(pairs, activations, strict=True), start=1):
        try:
            w, b = pair
        except (TypeError, ValueError):
            raise TypeError(f"layer {number} takes a pair (W, b), with b None for no bias, got {pair!r}") from None
        weights = real_array(w, f"W of layer {number}")
        if weights.ndim != 2 or (layers and weights.shape[0] != layers[-1].W.shape[1]):
            rows = layers[-1].W.shape[1] if layers else "n_in"
            raise ValueError(f"W of layer {number} has the shape {weights.shape}, not ({rows}, n_out)")
        biases = None if b is None else real_array(b, f"b of layer {number}")
        if biases is not None and biases.shape != weights.shape[1:]:
            raise ValueError(f"b of layer {number} has the shape {biases.shape}, not {weights.shape[1:]}")
        layers.append(_Layer(weights, biases, resolve_activation(activation)))
    return layers


def _targets(y: Any, shape: tuple[int, int]) -> Array:
    """``y`` in the shape (m, n_L), or (m,) where it gives a number for each example of several outputs."""
    targets = real_array(y, "y")
    examples, outputs = shape
    if outputs > 1 and (targets.shape == (examples,) or (targets.ndim == 0 and examples == 1)):
        return targets.reshape(examples)
    shorthand = [(examples,)] if outputs == 1 else [(outputs,)] if examples == 1 else []
    if targets.shape != shape and targets.shape not in shorthand and not (targets.ndim == 0 and shape == (1, 1)):
        raise ValueError(
            f"y has the shape {targets.shape}; {counted(examples, 'example')} of "
            f"{counted(outputs, 'output')} need {shape}"
        )
    return targets.reshape(shape)
