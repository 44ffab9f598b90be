"""A model, a loss and a data set tried on one another before anything is recorded, so that errors name the argument."""

from __future__ import annotations

from typing import Any

import numpy as np

from autograd import Value, errstate, no_grad
from nn.dataset import Dataset
from nn.losses import Loss
from nn.module import Module
from nn.numeric import Array

__all__ = ["tried_loss", "tried_model"]

_MOST = 1000
"""How many different targets are tried."""


def tried_model(model: Module, examples: Array) -> Any:
    """What ``model`` says of the first of ``examples``.

    Raises:
        TypeError: it is no Module, or what it says is neither one number or Value, nor several.
        ValueError: it does not take such an example.
    """
    if not isinstance(model, Module):
        raise TypeError(f"a model must be a Module, such as an MLP, got {model!r}")
    try:
        with no_grad(), errstate(domain="nan"):
            prediction = model(examples[0])
    except (TypeError, ValueError, LookupError) as error:
        raise ValueError(
            f"X has {examples.shape[1]} features an example, which {model!r} does not take: {error}"
        ) from error
    several = prediction if isinstance(prediction, (list, tuple, np.ndarray)) else [prediction]
    if not len(several) or not all(isinstance(one, (Value, float, int)) for one in several):
        raise TypeError(f"{model!r} gives {prediction!r:.200}: a model gives a Value, or a list of Values")
    return prediction


def tried_loss(loss: Loss, prediction: Any, data: Dataset, name: str = "y") -> None:
    """Compute the loss of one prediction with all sorts of the targets.

    Raises:
        ValueError: it does not take a target.
        TypeError: what it gives is not one number.
    """
    title = getattr(loss, "__name__", type(loss).__name__)
    for place in _sorts(data.y):
        target = data.y[place].tolist()
        given = f"{name}[{data.places[place]}] = {target!r:.80}"
        try:
            with no_grad(), errstate(domain="nan"):
                value = loss(prediction, target)
        except (TypeError, ValueError, LookupError) as error:
            raise ValueError(f"the loss {title} does not take {given}: {error}") from error
        if not isinstance(value, (Value, float, int)):
            raise TypeError(f"the loss {title} gives {value!r:.80} for {given}: a loss is one Value")


def _sorts(targets: Array) -> list[int]:
    """Where each number among the targets first stands; of very many, some at equal distances in size.

    A loss takes numbers from an interval or a small set, so the least, the greatest and some between tell of all.
    """
    found: set[int] = set()
    for column in targets.reshape(len(targets), -1).T:
        _, first = np.unique(column, return_index=True)
        found.update(first[np.linspace(0, len(first) - 1, min(len(first), _MOST)).round().astype(int)].tolist())
    return sorted(found)
