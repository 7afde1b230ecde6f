"""The cases of tests/attention_modules.cpp: multi-head attention with kdim, vdim, grouped heads, biases, scale, softcap, rotary
positions and a window, each alone and all together, written from their formulas in float64."""

import pathlib

import torch
from safetensors_io import save

torch.manual_seed(0)
torch.set_default_dtype(torch.float64)
B, T_Q, T_K, D, H = 2, 4, 6, 12, 3
d = D // H


def rope(x, first, halves):
    """x (B, H, T, d), the first row at position `first`."""
    n = d // 2
    angles = torch.outer(torch.arange(x.shape[2]) + first, 10000.0 ** (-torch.arange(n) / n))
    cos, sin = angles.cos(), angles.sin()
    a, b = (x[..., :n], x[..., n:]) if halves else (x[..., ::2], x[..., 1::2])
    a, b = a * cos - b * sin, a * sin + b * cos
    return torch.cat([a, b], -1) if halves else torch.stack([a, b], -1).flatten(-2)


def mha(Q, K, V, w, heads_kv, scale, softcap, pairs, window):
    def project(x, name, heads):
        y = x @ w[f"W_{name}.weight"].T
        return (y + w[f"W_{name}.bias"] if f"W_{name}.bias" in w else y).unflatten(-1, (heads, d)).transpose(1, 2)

    q, k, v = project(Q, "q", H), project(K, "k", heads_kv), project(V, "v", heads_kv)
    if pairs:
        q, k = rope(q, T_K - T_Q, pairs == "halves"), rope(k, 0, pairs == "halves")
    k, v = k.repeat_interleave(H // heads_kv, 1), v.repeat_interleave(H // heads_kv, 1)
    scores = (scale or d**-0.5) * (q @ k.mT)
    if softcap:
        scores = softcap * torch.tanh(scores / softcap)
    if window:
        at, j = torch.arange(T_Q)[:, None] + T_K - T_Q, torch.arange(T_K)
        scores = scores.masked_fill((j < at - window) | (j > at), -torch.inf)
    context = (scores.softmax(-1) @ v).transpose(1, 2).flatten(-2)
    y = context @ w["W_o.weight"].T
    return y + w["W_o.bias"] if "W_o.bias" in w else y


#            kdim, vdim, heads_kv, bias, scale, softcap, pairs, window
cases = {
    "plain": (12, 12, 3, True, None, 0, None, 0),
    "no bias": (12, 12, 3, False, None, 0, None, 0),
    "widths": (5, 7, 3, True, None, 0, None, 0),
    "one key head": (12, 12, 1, True, None, 0, None, 0),
    "scale": (12, 12, 3, True, 1.7, 0, None, 0),
    "softcap": (12, 12, 3, True, None, 0.4, None, 0),
    "interleaved": (12, 12, 3, True, None, 0, "interleaved", 0),
    "halves": (12, 12, 3, True, None, 0, "halves", 0),
    "all": (5, 7, 1, True, 1.7, 0.4, "halves", 2),
}
leaf = lambda *shape: torch.randn(shape, requires_grad=True)
goldens = {}
for case, (kdim, vdim, heads_kv, bias, *options) in cases.items():
    w = {"W_q.weight": leaf(D, D), "W_k.weight": leaf(heads_kv * d, kdim), "W_v.weight": leaf(heads_kv * d, vdim),
         "W_o.weight": leaf(D, D)}
    if bias:
        w |= {name.replace("weight", "bias"): leaf(weight.shape[0]) for name, weight in w.items()}
    inputs = {"Q": leaf(B, T_Q, D), "K": leaf(B, T_K, kdim), "V": leaf(B, T_K, vdim)}
    gout, out = torch.randn(B, T_Q, D), mha(*inputs.values(), w, heads_kv, *options)
    leaves = {**w, **inputs}
    goldens |= {f"{case}/{name}": x for name, x in {**leaves, "gout": gout, "out": out}.items()}
    for name, grad in zip(leaves, torch.autograd.grad(out, list(leaves.values()), gout)):
        goldens[f"{case}/grad/{name}"] = grad

path = pathlib.Path(__file__).parent / "attention_modules.safetensors"
save(path, goldens)
print(f"{path.name}: {len(goldens)} tensors, {path.stat().st_size} bytes")
