"""Golden learning rates of torch.optim.lr_scheduler: 70 steps of two groups, and the momenta of OneCycleLR."""

import pathlib
import warnings

import torch
from safetensors_io import save
from torch.optim import lr_scheduler as schedules

warnings.simplefilter("ignore")  # no optimiser steps between
STEPS, RATES = 70, (0.1, 0.03)
goldens = {}


def new_optimizer(cls=torch.optim.SGD, **options):
    return cls([{"params": [torch.zeros(1)], "lr": lr} for lr in RATES], lr=1, **options)


def rates(name, make, track=None, **options):
    optimizer = new_optimizer(**options)
    schedule = make(optimizer)
    lrs, momenta = [], []
    for step in range(STEPS):
        lrs.append([group["lr"] for group in optimizer.param_groups])
        momenta.append([track(group) for group in optimizer.param_groups] if track else None)
        if step + 1 < STEPS:
            schedule.step()
    goldens[name] = torch.tensor(lrs, dtype=torch.float64)
    if track:
        goldens[name + " momentum"] = torch.tensor(momenta, dtype=torch.float64)


rates("constant", lambda o: schedules.ConstantLR(o))
rates("constant options", lambda o: schedules.ConstantLR(o, factor=0.25, total_iters=17))
rates("linear", lambda o: schedules.LinearLR(o))
rates("linear options", lambda o: schedules.LinearLR(o, start_factor=0.01, end_factor=0.7, total_iters=31))
rates("step", lambda o: schedules.StepLR(o, 13))
rates("step options", lambda o: schedules.StepLR(o, 7, gamma=0.8))
rates("multi step", lambda o: schedules.MultiStepLR(o, [30, 5, 5, 48]))
rates("multi step options", lambda o: schedules.MultiStepLR(o, [3, 50], gamma=0.3))
rates("exponential", lambda o: schedules.ExponentialLR(o, 0.93))
rates("cosine", lambda o: schedules.CosineAnnealingLR(o, 69))
rates("cosine options", lambda o: schedules.CosineAnnealingLR(o, 23, eta_min=0.004))
rates("restarts", lambda o: schedules.CosineAnnealingWarmRestarts(o, 11))
rates("restarts options", lambda o: schedules.CosineAnnealingWarmRestarts(o, 5, T_mult=3, eta_min=0.001))
rates("lambda", lambda o: schedules.LambdaLR(o, lambda step: 1 / (1 + step)))
rates(
    "sequential",
    lambda o: schedules.SequentialLR(
        o,
        [schedules.LinearLR(o, 0.1, total_iters=9), schedules.CosineAnnealingLR(o, 40), schedules.ExponentialLR(o, 0.9)],
        [10, 50],
    ),
)

SGD = {"momentum": 0.7}
one_cycle = schedules.OneCycleLR
rates("one cycle", lambda o: one_cycle(o, 0.5, STEPS), track=lambda g: g["betas"][0], cls=torch.optim.AdamW)
rates(
    "one cycle options",
    lambda o: one_cycle(
        o, [0.5, 0.2], STEPS, pct_start=0.4, anneal_strategy="linear", base_momentum=0.6, max_momentum=0.9,
        div_factor=10, final_div_factor=100, three_phase=True,
    ),
    track=lambda g: g["momentum"],
    **SGD,
)
rates("one cycle fixed", lambda o: one_cycle(o, 0.5, STEPS, cycle_momentum=False), track=lambda g: g["momentum"], **SGD)

# A loss that falls, stands still, falls a little, rises, and is NaN at the end.
metrics = [1 / (1 + step) for step in range(10)] + [0.1] * 20 + [0.0999 - 1e-6 * step for step in range(20)]
metrics += [0.2 + 0.01 * step for step in range(15)] + [float("nan")] * 5
goldens["metrics"] = torch.tensor(metrics, dtype=torch.float64)
for name, options in {
    "plateau": {"patience": 3},
    "plateau options": {"factor": 0.5, "patience": 2, "threshold": 1e-3, "threshold_mode": "abs", "cooldown": 3, "min_lr": 1e-3},
    "plateau max": {"mode": "max", "factor": 0.7, "patience": 4, "eps": 0.01},
    "plateau max abs": {"mode": "max", "patience": 4, "threshold_mode": "abs", "threshold": 0.05},
}.items():
    optimizer = new_optimizer()
    schedule = schedules.ReduceLROnPlateau(optimizer, **options)
    lrs = []
    for metric in metrics:
        schedule.step(metric)
        lrs.append([group["lr"] for group in optimizer.param_groups])
    goldens[name] = torch.tensor(lrs, dtype=torch.float64)

path = pathlib.Path(__file__).parent / "schedules.safetensors"
save(path, goldens)
print(f"{path.name}: {path.stat().st_size} bytes")
