"""Many devices: a recorded function over data sharded across eight.

The loss of a small network is written on single numbers and recorded once. Exported to JAX it is a pure function,
so the examples can be laid out over any mesh of devices; each device sums the gradients of its own examples, and
the sums are added across devices. Here the devices are eight virtual ones on this machine's processor; on a cluster
the mesh spans processes and the rest stays as it is.
"""

from __future__ import annotations

import os
from typing import Any

import numpy as np

from autograd import compile, dot, softplus, tanh, value_and_grad  # noqa: A004 -- the name that autograd gives it
from demos._extra import extra

Params = dict[str, Any]


def loss(params: Params, x: Any, label: Any) -> Any:
    """The logistic loss of a network with one hidden layer, on one example."""
    hidden = [tanh(dot(row, x) + bias) for row, bias in zip(params["w"], params["b"], strict=True)]
    return softplus(-label * dot(params["v"], hidden))


def main() -> None:
    """Print the gradient of one machine and of eight devices, and their difference."""
    os.environ.setdefault("XLA_FLAGS", "--xla_force_host_platform_device_count=8")  # JAX reads it as it is imported
    jax, sharding = extra("jax", "jax"), extra("jax.sharding", "jax")
    NamedSharding, PartitionSpec = sharding.NamedSharding, sharding.PartitionSpec

    rng = np.random.default_rng(0)
    params = {"w": rng.normal(size=(8, 2)), "b": np.zeros(8), "v": rng.normal(size=8)}
    points = rng.normal(size=(80_000, 2))
    labels = np.where(points[:, 0] * points[:, 1] > 0.0, 1.0, -1.0)

    step = compile(value_and_grad(loss), in_axes=(None, 0, 0), reduce="mean")
    value, gradient = step(params, points, labels)
    print(f"one machine: mean loss {value:.12f}")

    with jax.enable_x64(True):
        mesh = jax.make_mesh((len(jax.devices()),), ("examples",))
        split = NamedSharding(mesh, PartitionSpec("examples"))
        everywhere = NamedSharding(mesh, PartitionSpec())
        arguments = jax.device_put(params, everywhere), *jax.device_put((points, labels), split)
        sharded_value, sharded_gradient = jax.jit(step.to_jax(), out_shardings=everywhere)(*arguments)
        held = arguments[1].addressable_shards[0].data.shape[0]
        print(f"{len(jax.devices())} devices:   mean loss {float(sharded_value):.12f}  ({held:,} examples on each)")
    difference = max(float(np.abs(np.asarray(sharded_gradient[name]) - gradient[name]).max()) for name in params)
    print(f"largest difference of a gradient: {difference:.1e}")


if __name__ == "__main__":
    main()
