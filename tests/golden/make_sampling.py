"""Goldens of tests/sampling.cpp: filters of logits, written as loops from the definitions in their papers."""

import math
import pathlib

import torch
from safetensors_io import save

torch.manual_seed(0)
goldens = {}


def keep(logits, kept):
    return torch.tensor([x if i in kept else -math.inf for i, x in enumerate(logits.tolist())], dtype=logits.dtype)


def top_k(logits, k):
    """Fan et al. 2018, section 5.4: the k likeliest; equals of the last of them stay too."""
    least = sorted(logits.tolist(), reverse=True)[min(k, len(logits)) - 1]
    return keep(logits, {i for i, x in enumerate(logits.tolist()) if x >= least})


def top_p(logits, p):
    """Holtzman et al. 2020, section 3.1: the smallest set of the likeliest whose probabilities sum to p or more."""
    shares = torch.softmax(logits.double(), 0).tolist()
    kept, total = set(), 0.0
    for i in sorted(range(len(shares)), key=lambda i: (-logits[i].item(), i)):
        kept.add(i)
        total += shares[i]
        if total >= p:
            break
    return keep(logits, kept)


def min_p(logits, share):
    """Nguyen et al. 2024, section 3: those at least `share` times as likely as the likeliest."""
    shares = torch.softmax(logits.double(), 0).tolist()
    return keep(logits, {i for i, s in enumerate(shares) if s >= share * max(shares)})


def repetition(logits, seen, penalty):
    """Keskar et al. 2019, section 4.1, where x ≥ 0; x · penalty below."""
    result = logits.clone()
    for i in set(seen):
        result[i] = logits[i] / penalty if logits[i] >= 0 else logits[i] * penalty
    return result


seen = [[3, 3, 0, 22], [], [5], list(range(23)), [7, 11, 7]]
for dtype in (torch.float32, torch.float64):
    name = str(dtype).split(".")[1]
    logits = 3 * torch.randn(5, 23, dtype=dtype)
    logits[1, 4] = logits[1, 9] = logits[1, 17] = 8.0  # ties at the top
    logits[2, ::2] = -math.inf
    logits[3] = 0.5  # all equal
    goldens[f"{name}/logits"] = logits
    for k in (1, 2, 5, 23, 100):
        goldens[f"{name}/top_k/{k}"] = torch.stack([top_k(row, k) for row in logits])
    for p in (0.0, 0.3, 0.7, 0.93, 1.0):
        goldens[f"{name}/top_p/{p}"] = torch.stack([top_p(row, p) for row in logits])
    for share in (0.0, 0.01, 0.1, 0.5, 1.0):
        goldens[f"{name}/min_p/{share}"] = torch.stack([min_p(row, share) for row in logits])
    for penalty in (0.5, 1.0, 1.2, 3.0):
        goldens[f"{name}/repetition/{penalty}"] = torch.stack(
            [repetition(row, tokens, penalty) for row, tokens in zip(logits, seen)]
        )

save(pathlib.Path(__file__).parent / "sampling.safetensors", goldens)
