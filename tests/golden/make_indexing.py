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

write("indexing")
