"""Writes random.safetensors: numbers from PyTorch's CPU generator. Run: /usr/bin/python3 make_random.py

Each group of keys belongs to one test in tests/random.cpp, which repeats the seeds and the calls. PyTorch's
float32 normals depend on the processor's instructions; the numbers here are those of its AVX2 path, which every
x86 processor with AVX2 or AVX-512 takes.
"""

import math
import os
import pathlib

os.environ["ATEN_CPU_CAPABILITY"] = "avx2"  # before torch is imported

import torch
import torch.nn.functional as F
from safetensors_io import save

DTYPES = {"f32": torch.float32, "f64": torch.float64}
golden = {}

# The first draws of a generator without a seed.
golden["default"] = torch.rand(10, generator=torch.Generator())

for name, dtype in DTYPES.items():
    # The range 0 to 1, that of a Linear(3, ...), and one whose ends are not binary fractions; seeds beyond 32 bits.
    for key, seed, size, low, high in [("unit", 0, 700, 0, 1), ("linear", 1, 100, -1 / math.sqrt(3), 1 / math.sqrt(3)),
                                       ("odd", 42, 700, -0.1, 0.7), ("long_seed", 2 ** 40 + 7, 10, 0, 1)]:
        torch.manual_seed(seed)
        golden[f"uniform.{name}.{key}"] = torch.empty(size, dtype=dtype).uniform_(low, high)

    for size in [1, 2, 3, 15, 16, 17, 31, 32, 33, 1000]:
        torch.manual_seed(size)
        golden[f"normal.{name}.{size}"] = torch.randn(size, dtype=dtype)
    for size in [5, 100]:
        torch.manual_seed(3)
        golden[f"normal.{name}.mean.{size}"] = torch.empty(size, dtype=dtype).normal_(1.5, 0.3)

    torch.manual_seed(4)
    golden[f"randint.{name}"] = torch.randint(-7, 100, (50,), dtype=dtype)

    # The mask of dropout: the ones that stay.
    for percent in [10, 50]:
        torch.manual_seed(5)
        golden[f"dropout.{name}.{percent}"] = F.dropout(torch.ones(700, dtype=dtype), percent / 100) != 0

    torch.manual_seed(6)
    golden[f"exponential.{name}"] = torch.empty(100, dtype=dtype).exponential_(2.5)

    # One sample for each of 40 rows, then 3 without replacement.
    weights = torch.arange(1, 6, dtype=dtype).expand(40, 5)
    torch.manual_seed(7)
    golden[f"multinomial.{name}.one"] = torch.multinomial(weights, 1)
    golden[f"multinomial.{name}.three"] = torch.multinomial(weights, 3)

# The sum of many bit patterns shows a difference in the last place of one value in thousands.
torch.manual_seed(13)
golden["normal.f32.bits"] = torch.randn(200_000).view(torch.int32).sum(dtype=torch.int64)

for key, low, high in [("digits", 0, 10), ("signed", -1000, 1000), ("one", 5, 6), ("below_2_32", 0, 2 ** 32 - 1),
                       ("from_2_32", -9, 2 ** 32 - 9), ("all", -(2 ** 63), 2 ** 63 - 1)]:
    torch.manual_seed(8)
    golden[f"randint.{key}"] = torch.randint(low, high, (50,))

for size in [0, 1, 2, 10, 1000]:
    torch.manual_seed(14)
    golden[f"randperm.{size}"] = torch.randperm(size)
    golden[f"randperm.{size}.next"] = torch.randint(0, 2 ** 32 - 1, (1,))  # the place in the stream

# Calls of different kinds in one stream. A call may keep its second sample for a later one, of either dtype, with other
# calls between.
torch.manual_seed(9)
calls = [lambda: torch.randn(3), lambda: torch.rand(5), lambda: torch.randn(20), lambda: torch.randn(1),
         lambda: torch.randint(0, 10, (3,)), lambda: torch.randn(7, dtype=torch.float64),
         lambda: F.dropout(torch.ones(9), 0.5) != 0, lambda: torch.randn(2), lambda: torch.rand(2, dtype=torch.float64),
         lambda: torch.randn(17, dtype=torch.float64), lambda: torch.randn(1, dtype=torch.float64)]
for index, call in enumerate(calls):
    golden[f"interleaved.{index}"] = call()

save(pathlib.Path(__file__).with_name("random.safetensors"), golden, {"torch": torch.__version__})
