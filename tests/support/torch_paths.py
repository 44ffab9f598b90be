"""What PyTorch's optimisers, schedulers and clipping do, kept as data for tests that run without PyTorch.

``python -m tests.support.torch_paths`` writes ``torch_paths.json`` anew; it needs PyTorch. The gradients come from a
formula, so that every optimiser is given the same ones.
"""

from __future__ import annotations

import json
import math
from pathlib import Path

FILE = Path(__file__).with_suffix(".json")
START = [0.5, -2.0, 30.0]
STEPS = 50
KEPT = [*range(1, 6), *range(10, STEPS + 1, 10)]
"""The steps whose parameters are kept."""

SETTINGS = {
    "SGD": [
        {"lr": 0.1},
        {"lr": 0.1, "weight_decay": 0.05},
        {"lr": 0.05, "momentum": 0.9},
        {"lr": 0.05, "momentum": 0.9, "dampening": 0.3},
        {"lr": 0.05, "momentum": 0.8, "nesterov": True, "weight_decay": 0.01},
    ],
    "Adam": [
        {},
        {"lr": 0.1, "betas": [0.8, 0.95], "eps": 1e-3},
        {"lr": 0.1, "weight_decay": 0.1},
        {"lr": 0.1, "betas": [0.5, 0.6], "amsgrad": True},
    ],
    "AdamW": [{}, {"lr": 0.1, "weight_decay": 0.2}, {"lr": 0.1, "betas": [0.5, 0.6], "amsgrad": True}],
    "RMSprop": [
        {},
        {"lr": 0.05, "alpha": 0.8, "eps": 1e-4, "weight_decay": 0.1},
        {"lr": 0.05, "momentum": 0.9},
        {"lr": 0.05, "alpha": 0.9, "centered": True},
        {"lr": 0.02, "alpha": 0.9, "centered": True, "momentum": 0.5, "weight_decay": 0.01},
    ],
}
SCHEDULES = {
    "constant": ("ConstantLR", {"factor": 0.5, "total_iters": 1000}),
    "linear": ("LinearLR", {"start_factor": 0.8, "end_factor": 0.2, "total_iters": 30}),
    "cosine": ("CosineAnnealingLR", {"T_max": 50, "eta_min": 0.05}),
    "step": ("StepLR", {"step_size": 7, "gamma": 0.6}),
}
WARMUP = 5


def gradients(step: int) -> list[float]:
    """Gradients of three sizes that change sign; the third is mostly small, now and then large."""
    return [
        math.sin(0.7 * step) + 0.1 * step,
        -0.01 * math.cos(1.3 * step),
        100.0 if step % 13 == 0 else 0.5 * math.sin(step),
    ]


def generate() -> dict[str, object]:
    """Everything, by PyTorch."""
    import torch

    torch.set_default_dtype(torch.float64)

    def path(name: str, settings: dict[str, object]) -> list[list[float]]:
        p = torch.tensor(START, requires_grad=True)
        optimizer, found = getattr(torch.optim, name)([p], **settings), []
        for step in range(1, STEPS + 1):
            p.grad = torch.tensor(gradients(step))
            optimizer.step()
            found += [p.tolist()] if step in KEPT else []
        return found

    def factors(make: object) -> list[float]:
        optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=1.0)
        scheduler, found = make(optimizer), []  # type: ignore[operator]
        for _ in range(STEPS):
            found.append(optimizer.param_groups[0]["lr"])
            optimizer.step()
            scheduler.step()
        return found

    schedulers = torch.optim.lr_scheduler

    def warmed_up(optimizer: object) -> object:
        return schedulers.SequentialLR(
            optimizer,
            [
                schedulers.LinearLR(optimizer, start_factor=0.25, total_iters=WARMUP),
                schedulers.CosineAnnealingLR(optimizer, T_max=STEPS - WARMUP),
            ],
            milestones=[WARMUP],
        )

    p = torch.zeros(3, requires_grad=True)
    p.grad = torch.tensor(gradients(13))
    norm = torch.nn.utils.clip_grad_norm_([p], 5.0).item()
    return {
        "torch": torch.__version__,
        "paths": {name: [[s, path(name, s)] for s in settings] for name, settings in SETTINGS.items()},
        "schedules": {
            name: factors(lambda o, kind=kind, options=options: getattr(schedulers, kind)(o, **options))
            for name, (kind, options) in SCHEDULES.items()
        }
        | {"warm-up": factors(warmed_up)},
        "clipped": {"norm": norm, "gradients": p.grad.tolist()},
    }


if __name__ == "__main__":
    FILE.write_text(json.dumps(generate(), separators=(",", ":")) + "\n")
