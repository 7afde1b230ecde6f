"""Goldens of tests/batch_norm.cpp: PyTorch's BatchNorm1d and BatchNorm2d over three steps of training, then in eval mode."""

import pathlib

import torch
from safetensors_io import save
from torch import nn

torch.manual_seed(0)
torch.set_default_dtype(torch.float64)
goldens = {}
for name, module, shape in [
    ("default", nn.BatchNorm1d(3), (5, 3)),
    ("sequences", nn.BatchNorm1d(3, momentum=0.4, eps=1e-3), (2, 3, 4)),
    ("images", nn.BatchNorm2d(3), (2, 3, 4, 2)),
    ("cumulative", nn.BatchNorm1d(3, momentum=None), (5, 3)),
    ("plain", nn.BatchNorm1d(3, affine=False), (5, 3)),
    ("untracked", nn.BatchNorm1d(3, track_running_stats=False), (5, 3)),
]:
    for p in module.parameters():
        nn.init.normal_(p)
    goldens.update({f"{name}/before/{key}": value.clone() for key, value in module.state_dict().items()})
    for step in range(4):
        module.train(step < 3)
        x = (3 * torch.randn(shape) + 2).requires_grad_()
        out, gout = module(x), torch.randn(shape)
        module.zero_grad()
        out.backward(gout)
        goldens.update({f"{name}/{step}/x": x, f"{name}/{step}/out": out, f"{name}/{step}/gout": gout, f"{name}/{step}/grad/x": x.grad})
        goldens.update({f"{name}/{step}/grad/{key}": p.grad.clone() for key, p in module.named_parameters()})
    goldens.update({f"{name}/after/{key}": value.clone() for key, value in module.state_dict().items()})

path = pathlib.Path(__file__).parent / "batch_norm.safetensors"
save(path, goldens)
print(f"{path.name}: {len(goldens)} tensors, {path.stat().st_size} bytes")
