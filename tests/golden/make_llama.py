"""The cases of tests/llama.cpp: a small Llama in float64, written from the formulas of Touvron et al. 2023 ("LLaMA", section
2.2), Zhang & Sennrich 2019 (RMSNorm), Su et al. 2021 (RoPE), Ainslie et al. 2023 (GQA) and Shazeer 2020 (SwiGLU)."""

import pathlib

import torch
import torch.nn.functional as F
from safetensors_io import save

torch.manual_seed(0)
torch.set_default_dtype(torch.float64)
B, T, V, D, LAYERS, H, H_KV, HIDDEN, EPS = 2, 7, 11, 16, 2, 4, 2, 12, 1e-5
d = D // H


def rms_norm(x, weight):
    return x / torch.sqrt((x * x).mean(-1, keepdim=True) + EPS) * weight


def rope(x, interleaved, dims, base):
    """x (B, H, T, d). A pair as a complex number, times e^(i m θ)."""
    n = dims // 2
    a, b = (x[..., :dims:2], x[..., 1:dims:2]) if interleaved else (x[..., :n], x[..., n:dims])
    angles = torch.outer(torch.arange(T), base ** (-torch.arange(n) / n))
    rotated = torch.complex(a, b) * torch.polar(torch.ones_like(angles), angles)
    if interleaved:
        turned = torch.stack([rotated.real, rotated.imag], -1).flatten(-2)
    else:
        turned = torch.cat([rotated.real, rotated.imag], -1)
    return torch.cat([turned, x[..., dims:]], -1)


def heads(x, count):
    return x.reshape(B, T, count, d).transpose(1, 2)


def attention(x, w, name, rotate):
    q, k = rotate(heads(x @ w[f"{name}.W_q.weight"].T, H)), rotate(heads(x @ w[f"{name}.W_k.weight"].T, H_KV))
    v = heads(x @ w[f"{name}.W_v.weight"].T, H_KV)
    out = []
    for h in range(H):  # each group of H / H_KV queries has a key head
        scores = q[:, h] @ k[:, h // (H // H_KV)].mT / d**0.5
        scores = scores.masked_fill(torch.ones(T, T, dtype=torch.bool).triu(1), -torch.inf)
        out.append(scores.softmax(-1) @ v[:, h // (H // H_KV)])
    return torch.cat(out, -1) @ w[f"{name}.W_o.weight"].T


def llama(tokens, w, rotate):
    x = w["token.weight"][tokens]
    for layer in range(LAYERS):
        name = f"blocks.{layer}"
        x = x + attention(rms_norm(x, w[f"{name}.norm1.weight"]), w, f"{name}.attention", rotate)
        h = rms_norm(x, w[f"{name}.norm2.weight"])
        gate, up = h @ w[f"{name}.feed_forward.W_gate.weight"].T, h @ w[f"{name}.feed_forward.W_up.weight"].T
        x = x + (gate * torch.sigmoid(gate) * up) @ w[f"{name}.feed_forward.W_down.weight"].T
    return rms_norm(x, w["norm.weight"]) @ w["head.weight"].T


shapes = {"token.weight": (V, D), "norm.weight": (D,)}
for layer in range(LAYERS):
    name = f"blocks.{layer}"
    shapes |= {f"{name}.norm1.weight": (D,), f"{name}.norm2.weight": (D,), f"{name}.attention.W_q.weight": (D, D),
               f"{name}.attention.W_k.weight": (H_KV * d, D), f"{name}.attention.W_v.weight": (H_KV * d, D),
               f"{name}.attention.W_o.weight": (D, D), f"{name}.feed_forward.W_gate.weight": (HIDDEN, D),
               f"{name}.feed_forward.W_up.weight": (HIDDEN, D), f"{name}.feed_forward.W_down.weight": (D, HIDDEN)}
weights = {name: (torch.randn(shape) * 0.5).requires_grad_() for name, shape in shapes.items()}
head = (torch.randn(V, D) * 0.5).requires_grad_()
tokens, targets = torch.randint(V, (B, T)), torch.randint(V, (B, T))
goldens = {"tokens": tokens, "targets": targets, "head.weight": head, **weights}

cases = {
    "untied, halves": (False, lambda x: rope(x, False, d, 10000.0)),
    "tied, interleaved, 2 dims": (True, lambda x: rope(x, True, 2, 500.0)),
}
for case, (tied, rotate) in cases.items():
    w = {**weights, "head.weight": weights["token.weight"] if tied else head}
    logits = llama(tokens, w, rotate)
    goldens[f"{case}/logits"] = logits
    leaves = weights if tied else w
    loss = F.cross_entropy(logits.flatten(0, 1), targets.flatten())
    for name, grad in zip(leaves, torch.autograd.grad(loss, list(leaves.values()))):
        goldens[f"{case}/grad/{name}"] = grad

path = pathlib.Path(__file__).parent / "llama.safetensors"
save(path, goldens)
print(f"{path.name}: {len(goldens)} tensors, {path.stat().st_size} bytes")
