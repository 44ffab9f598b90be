"""What the tests of plots share: a few examples, a classifier, a network, and what is read off a figure."""

import numpy as np

from nn import MLP, half_squared_error
from viz import animate_boundary

__all__ = ["LINE", "SIDES", "THEMES", "above", "animated", "ground_of", "legend_of", "network", "right_of"]

THEMES = ("light", "dark")
LINE = [[-1.0, -1.0], [1.0, 2.0], [2.0, 1.0], [-2.0, -3.0]]
SIDES = [0, 1, 1, 0]


def right_of(points):
    """A classifier: the first feature is above a half."""
    return points[:, 0]


def legend_of(figure):
    return [text.get_text() for text in figure.axes[0].get_legend().get_texts()]


def ground_of(figure):
    """The image behind the examples, its colours as hex, and the coordinates of its pixels."""
    image = figure.axes[0].images[0]
    left, right, bottom, top = image.get_extent()
    rows, columns, _ = image.get_array().shape
    x = left + (np.arange(columns) + 0.5) * (right - left) / columns
    y = bottom + (np.arange(rows) + 0.5) * (top - bottom) / rows
    return np.asarray(image.get_array()), np.stack(np.meshgrid(x, y), axis=-1).reshape(-1, 2)


def network():
    """A 2-3-1 network with its gradients, as a textbook has them."""
    model = MLP(2, [3, 1], activation="tanh", rng=0)
    half_squared_error(model([0.3, 1.0]), 0.75).backward()
    return model.matrices(), model.gradient_matrices()


def above(height, points):
    return points[:, 1] - height


def animated(path, **arguments):
    settings = {"predict": above, "snapshots": [-2.0, 0.0, 1.5], "X": LINE, "y": SIDES, "path": path} | arguments
    return animate_boundary(**settings)
