"""Packages that a demo uses and the core does without."""

import importlib
from typing import Any

PACKAGES = {"scipy": "SciPy", "sklearn": "scikit-learn", "matplotlib": "matplotlib", "jax": "JAX"}


def extra(module: str, name: str = "data") -> Any:
    """The ``module`` of an optional package.

    Raises:
        SystemExit: it is not installed; one line says which extra of chainrule brings it.
    """
    try:
        return importlib.import_module(module)
    except ImportError:
        package = PACKAGES[module.partition(".")[0]]
        raise SystemExit(f"this demo needs {package}: run  pip install 'chainrule[{name}]'") from None
