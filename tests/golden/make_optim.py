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


SGD, Adam, AdamW = torch.optim.SGD, torch.optim.Adam, torch.optim.AdamW
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
}.items():
    goldens[name] = trajectory(make)[0]
goldens["clipped"], norms = trajectory(lambda p: SGD(p, lr=0.1), clip=0.5)
goldens["norms"] = torch.stack(norms)

path = pathlib.Path(__file__).parent / "optim.safetensors"
save(path, goldens)
print(f"{path.name}: {path.stat().st_size} bytes")
