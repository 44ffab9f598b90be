"""The data sets that come with scikit-learn, scaled, and divided into what is learnt from and what is held out."""

from typing import Any, NamedTuple

import numpy as np

from demos._extra import extra

Array = np.ndarray[Any, np.dtype[np.float64]]


class Halves(NamedTuple):
    """The examples to learn from, and those held out."""

    X: Array
    """Examples to learn from (n, features), scaled."""
    y: Array
    """Their classes (n,), counted from 0."""
    X_held: Array
    """Examples that are held out, scaled by the same numbers."""
    y_held: Array
    """Their classes."""
    features: list[str]
    """The names of the features."""
    classes: list[str]
    """The names of the classes."""


def data_set(name: str, columns: slice = slice(None), scaler: str = "StandardScaler") -> Halves:
    """A data set of scikit-learn, of which a quarter of each class is held out.

    Args:
        name: "iris", "breast_cancer" or "digits".
        columns: which features.
        scaler: the scaler of scikit-learn, fitted to what is learnt from.
    """
    bunch = getattr(extra("sklearn.datasets"), f"load_{name}")()
    divide = extra("sklearn.model_selection").train_test_split
    X, X_held, y, y_held = divide(bunch.data[:, columns], bunch.target, stratify=bunch.target, random_state=0)
    fitted = getattr(extra("sklearn.preprocessing"), scaler)().fit(X)
    features = [str(feature).removesuffix(" (cm)") for feature in bunch.feature_names[columns]]
    classes = [str(label) for label in bunch.target_names]
    return Halves(
        fitted.transform(X), y.astype(float), fitted.transform(X_held), y_held.astype(float), features, classes
    )
