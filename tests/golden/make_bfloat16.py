"""Goldens of tests/bfloat16.cpp: float32 numbers, and what PyTorch rounds them to."""

import pathlib

import torch
from safetensors_io import save

torch.manual_seed(0)
words = torch.randint(-(2**31), 2**31, (4000,), dtype=torch.int64)
halfway = words[:1000] // 65536 * 65536 + 32768  # between two bfloat16
numbers = torch.cat([words, halfway]).to(torch.int32).view(torch.float32)
numbers = numbers[numbers.isfinite()]
save(pathlib.Path(__file__).parent / "bfloat16.safetensors",
     {"numbers": numbers, "rounded": numbers.to(torch.bfloat16).to(torch.float32)})
