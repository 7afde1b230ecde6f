"""The cases of tests/ops_indexing.cpp."""

import torch
from ops import case, integers, normal, write


def embedding(i, w):
    return torch.nn.functional.embedding(i, w)


for name, shape in {"normal": (2, 3), "vector": (4,), "scalar": (), "many": (40,), "empty": (0, 2)}.items():
    case("embedding", [integers(0, 5)(shape), normal((5, 3))], embedding, name)
case("embedding", [torch.tensor([[2, 2], [0, 2]]), normal((3, 40))], embedding, "repeated")
case("embedding", [torch.tensor([0, 0]), normal((1, 1))], embedding, "size 1")
case("embedding", [torch.tensor([1, 0]), normal((2, 0))], embedding, "rows of size 0")

for dim in 0, 1, 2:
    def added(x, i, source):
        return x.index_add(dim, i, source)

    def selected(x, i):
        return x.index_select(dim, i)

    for name, index in {"normal": [1, 0], "repeated": [1, 1, 0, 1], "empty": []}.items():
        index = torch.tensor(index, dtype=torch.int64)
        shape = [3, 2, 4]
        shape[dim] = len(index)
        case(f"index_add_{dim}", [normal((3, 2, 4)), index, normal(shape)], added, name)
        case(f"index_select_{dim}", [normal((3, 2, 4)), index], selected, name)
        case(f"index_select_backward_{dim}", [normal(shape), index], lambda g, i: torch.zeros(3, 2, 4, dtype=g.dtype).index_add(dim, i, g), name)
case("index_add_0", [normal((4,)), torch.tensor([3, 3]), normal((2,))], lambda x, i, s: x.index_add(0, i, s), "vector")
case("index_select_0", [normal((4,)), torch.tensor([3, 0, 3])], lambda x, i: x.index_select(0, i), "vector")

# Other dims than `dim` may be cut short by the index.
for dim in 0, 1, -1:
    def gathered(x, i):
        return torch.gather(x, dim, i)

    def scattered(x, i, source):
        return torch.scatter_add(x, dim, i, source)

    for name, shape in {"normal": (3, 2, 4), "longer": (3, 2, 4), "cut": (2, 1, 3), "empty": (2, 0, 4)}.items():
        shape = list(shape)
        shape[dim] += 3 if name == "longer" else 0
        index = integers(0, (3, 2, 4)[dim])(shape)
        case(f"gather_{dim}", [normal((3, 2, 4)), index], gathered, name)
        case(f"scatter_add_{dim}", [normal((3, 2, 4)), index, normal(shape)], scattered, name)
case("gather_0", [normal((4,)), torch.tensor([3, 0, 3, 3, 1])], lambda x, i: x.gather(0, i), "vector")
case("gather_0", [integers(-9, 9)((4, 2)), torch.tensor([[3, 0]])], lambda x, i: x.gather(0, i), "int64")
case("scatter_add_0", [normal((1, 1)), torch.tensor([[0], [0]]), normal((2, 1))], lambda x, i, s: x.scatter_add(0, i, s), "size 1")

write("indexing")
