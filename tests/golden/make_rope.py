"""The cases of tests/rope.cpp: rotary position embedding as the matrix of Su et al. 2021, "RoFormer", eq. 15, in float64.
The other pairing is the same matrix with rows and columns in another order."""

import math
import pathlib

import torch
from safetensors_io import save

torch.manual_seed(0)
torch.set_default_dtype(torch.float64)
B, H, T, d = 2, 3, 5, 8


def rotation(m, dims, base, halves):
    """The (d, d) matrix R that rotates a head at position m: y = R x."""
    R = torch.eye(d)
    n = dims // 2
    for i in range(n):
        angle = m * base ** (-2 * i / dims)
        a, b = (i, i + n) if halves else (2 * i, 2 * i + 1)
        R[a, a] = R[b, b] = math.cos(angle)
        R[a, b], R[b, a] = -math.sin(angle), math.sin(angle)
    return R


x, gout = torch.randn(B, H, T, d, requires_grad=True), torch.randn(B, H, T, d)
apart = torch.tensor([[0, 1, 1, 7, 900], [4, 3, -2, 1, 0]])  # (B, T)
goldens = {"x": x, "gout": gout, "positions": apart}
for pairs in ("interleaved", "halves"):
    for dims, base in ((8, 10000), (4, 10000), (6, 500)):
        for name, positions in (("offset 0", torch.arange(T)), ("offset 1000", torch.arange(T) + 1000), ("apart", apart)):
            R = torch.stack([rotation(m, dims, base, pairs == "halves") for m in positions.flatten().tolist()])
            R = R.reshape(*positions.shape, d, d)
            y = torch.einsum("btij,bhtj->bhti" if name == "apart" else "tij,bhtj->bhti", R, x)
            key = f"{pairs}/{dims}/{name}"
            goldens[f"{key}/out"] = y
            goldens[f"{key}/grad"], = torch.autograd.grad(y, x, gout)

path = pathlib.Path(__file__).parent / "rope.safetensors"
save(path, goldens)
print(f"{path.name}: {len(goldens)} tensors, {path.stat().st_size} bytes")
