"""Golden trajectories of the optimisers: 20 steps in float64 on f(p) = Σ (A p)⁴/4 + Σ b p, from torch.optim."""

import pathlib

import torch
from safetensors_io import save

torch.manual_seed(0)
torch.set_default_dtype(torch.float64)
A, b = torch.randn(4, 3), torch.randn(3)
start = torch.randn(3)
goldens = {"A": A, "b": b, "start": start}


def trajectory(make, clip=None):
    p = start.clone().requires_grad_()
    optimizer = make([p])
    steps, norms = [], []
    for _ in range(20):
        optimizer.zero_grad()
        (((A @ p) ** 4).sum() / 4 + (b * p).sum()).backward()
        if clip:
            norms.append(torch.nn.utils.clip_grad_norm_([p], clip))
        optimizer.step()
        steps.append(p.detach().clone())
    return torch.stack(steps), norms


SGD, Adam, AdamW, RMSprop = torch.optim.SGD, torch.optim.Adam, torch.optim.AdamW, torch.optim.RMSprop
for name, make in {
    "sgd": lambda p: SGD(p, lr=0.01),
    "sgd momentum": lambda p: SGD(p, lr=0.01, momentum=0.9),
    "sgd dampening": lambda p: SGD(p, lr=0.01, momentum=0.9, dampening=0.3),
    "sgd nesterov": lambda p: SGD(p, lr=0.01, momentum=0.9, nesterov=True),
    "sgd decay": lambda p: SGD(p, lr=0.01, momentum=0.9, weight_decay=0.1),
    "adam": lambda p: Adam(p, lr=0.05),
    "adam options": lambda p: Adam(p, lr=0.05, betas=(0.8, 0.95), eps=1e-3, weight_decay=0.3),
    "adamw": lambda p: AdamW(p, lr=0.05),
    "adamw options": lambda p: AdamW(p, lr=0.05, betas=(0.8, 0.95), eps=1e-3, weight_decay=0.3),
    "sgd maximize": lambda p: SGD(p, lr=1e-4, momentum=0.9, weight_decay=0.1, maximize=True),
    "adam amsgrad": lambda p: Adam(p, lr=0.5, betas=(0.5, 0.6), amsgrad=True, weight_decay=0.1),
    "adamw amsgrad": lambda p: AdamW(p, lr=0.5, betas=(0.5, 0.6), amsgrad=True, maximize=True),
    "rmsprop": lambda p: RMSprop(p, lr=0.05),
    "rmsprop decay": lambda p: RMSprop(p, lr=0.05, alpha=0.9, eps=1e-3, weight_decay=0.3),
    "rmsprop momentum": lambda p: RMSprop(p, lr=0.01, momentum=0.9),
    "rmsprop centered": lambda p: RMSprop(p, lr=0.01, alpha=0.9, eps=1e-2, centered=True),
    "rmsprop all": lambda p: RMSprop(p, 0.01, 0.8, 1e-2, 0.1, 0.5, centered=True, maximize=True),
}.items():
    goldens[name] = trajectory(make)[0]

# Two groups: each with options of its own, and one that the second leaves to the optimiser.
p, q = start.clone().requires_grad_(), b.clone().requires_grad_()
optimizer = AdamW([{"params": [p], "lr": 0.05, "weight_decay": 0.3}, {"params": [q], "betas": (0.8, 0.95)}], lr=0.02)
steps = []
for _ in range(20):
    optimizer.zero_grad()
    (((A @ p) ** 4).sum() / 4 + (q * p).sum() + (q**4).sum()).backward()
    optimizer.step()
    steps.append(torch.stack([p, q]).detach().clone())
goldens["two groups"] = torch.stack(steps)

p = torch.zeros(4, requires_grad=True)
p.grad = torch.tensor([0.3, -2.0, 0.7, float("nan")])
torch.nn.utils.clip_grad_value_([p], 0.5)
goldens["clipped values"] = p.grad
goldens["clipped"], norms = trajectory(lambda p: SGD(p, lr=0.1), clip=0.5)
goldens["norms"] = torch.stack(norms)

path = pathlib.Path(__file__).parent / "optim.safetensors"
save(path, goldens)
print(f"{path.name}: {path.stat().st_size} bytes")
