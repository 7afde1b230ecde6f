"""Goldens of tests/beam_search.cpp: a beam search as plain loops, with a table of what follows two tokens.

A beam that ends leaves the search, which goes on with one beam fewer (Sutskever et al. 2014, section 3.2). The best
score, Σ log p / length^penalty, of all that ended wins.
"""

import itertools
import pathlib

import torch
from safetensors_io import save

torch.manual_seed(0)
V, LONGEST = 6, 7
table = torch.log_softmax(2 * torch.randn(V, V, V, dtype=torch.float64), -1)


def search(prompt, beams, penalty, stops):
    running, ended = [(0.0, [])], []
    while running and beams > 0:
        longer = []
        for total, tokens in running:
            before, last = (prompt + tokens)[-2:]
            longer += [(total + table[before, last, t].item(), tokens + [t]) for t in range(V)]
        best = sorted(longer, key=lambda beam: -beam[0])[:beams]
        running = []
        for total, tokens in best:
            if tokens[-1] in stops or len(tokens) == LONGEST:
                ended.append((total / len(tokens) ** penalty, tokens))
                beams -= 1
            else:
                running.append((total, tokens))
    return max(ended)


goldens = {"table": table}
for beams, penalty, stops in itertools.product((2, 3, 5), (-1.0, 0.0, 0.6, 1.0, 2.0), ([], [5], [0, 3])):
    for prompt in ([1, 2], [0, 0], [4, 3]):
        score, tokens = search(prompt, beams, penalty, stops)
        key = "/".join([str(beams), str(penalty), str(len(stops)), str(prompt[0])])
        goldens[f"{key}/tokens"] = torch.tensor(tokens)
        goldens[f"{key}/score"] = torch.tensor(score, dtype=torch.float64)

save(pathlib.Path(__file__).parent / "beam_search.safetensors", goldens)
