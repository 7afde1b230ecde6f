"""Goldens of tests/ops_einsum.cpp: PyTorch's einsum, over the same equations."""

import torch
from ops import case, normal, write

EQUATIONS = {
    "ij,jk->ik": ((2, 3), (3, 4)),
    "ij,jk": ((2, 3), (3, 4)),
    "ba": ((2, 3),),
    "ij->": ((2, 3),),
    "ij->j": ((2, 3),),
    "ijk->ki": ((2, 3, 4),),
    "i,i->": ((5,), (5,)),
    "i,i->i": ((5,), (5,)),
    "i,j->ij": ((2,), (3,)),
    "i,j->ji": ((2,), (3,)),
    "bqd,bkd->bqk": ((2, 3, 4), (2, 5, 4)),
    "bhqd,bhkd->bhqk": ((2, 2, 3, 4), (2, 2, 5, 4)),
    "bhqk,bkhd->bqhd": ((2, 2, 3, 5), (2, 5, 2, 4)),
    "bij,bjk->ik": ((2, 3, 4), (2, 4, 2)),
    "btd,hdk->bhtk": ((2, 3, 4), (2, 4, 5)),
    "ijkl,lkm->mji": ((2, 3, 2, 4), (4, 2, 3)),
    "ij,kj,k->i": ((2, 3), (4, 3), (4,)),
    "a,b,c->abc": ((2,), (3,), (2,)),
    "ij,jk,kl->il": ((2, 3), (3, 2), (2, 4)),
    "ijk,k->j": ((2, 3, 4), (4,)),
    " i j , j k -> i k ": ((2, 3), (3, 4)),
    "Ba,aC": ((2, 3), (3, 4)),
    ",i->i": ((), (3,)),
    ",->": ((), ()),
    "ii->i": ((3, 3),),
    "ii": ((3, 3),),
    "iii->i": ((2, 2, 2),),
    "iijj->ji": ((2, 2, 3, 3),),
    "ijij->ij": ((2, 3, 2, 3),),
    "bii->b": ((2, 3, 3),),
    "iij,ij->j": ((3, 3, 2), (3, 2)),
    "ij,jj->ij": ((2, 3), (3, 3)),
    "...": ((2, 3),),
    "...->": ((2, 3),),
    "i...": ((2, 3, 4),),
    "...a->a...": ((2, 5, 3),),
    "...ij->ij": ((2, 3, 4),),
    "...ij,...jk->...ik": ((2, 4, 2, 3), (4, 3, 5)),
    "...ij,...jk": ((2, 2, 3), (2, 3, 5)),
    "a...b,b...c": ((2, 5, 3), (3, 4)),
    "...i,...i": ((2, 3), (2, 1, 3)),
    "ij,...j->...i": ((2, 3), (4, 2, 3)),
    "...ii->...i": ((2, 3, 3),),
    "...,->...": ((2, 3), ()),
    "ij->...ij": ((2, 3),),
    " ... i, i ->... ": ((2, 3), (3,)),
    "b...c,B...c->bB...": ((2, 3, 4), (5, 3, 4)),
}
for equation, shapes in EQUATIONS.items():
    case(equation, [normal(shape) for shape in shapes], lambda *x: torch.einsum(equation, *x))
case("ij,jk->ik", [normal((2, 0)), normal((0, 3))], lambda *x: torch.einsum("ij,jk->ik", *x), "inner 0")
case("ij,jk->ik", [normal((0, 2)), normal((2, 3))], lambda *x: torch.einsum("ij,jk->ik", *x), "no rows")
case("ij,jk->ik", [normal((2, 3)), normal((1, 4))], lambda *x: torch.einsum("ij,jk->ik", *x), "broadcast")
case("ij,jk->ik", [normal((1, 1)), normal((1, 1))], lambda *x: torch.einsum("ij,jk->ik", *x), "size 1")
for name, shapes in {"no ellipsis dims": ((2, 3), (3, 4)), "empty": ((0, 2, 3), (0, 3, 4)), "size 1": ((1, 2, 3), (5, 3, 4))}.items():
    case("...ij,...jk->...ik", [normal(s) for s in shapes], lambda *x: torch.einsum("...ij,...jk->...ik", *x), name)
case("ii->i", [normal((0, 0))], lambda x: torch.einsum("ii->i", x), "empty")
case("ii", [normal((0, 0))], lambda x: torch.einsum("ii", x), "empty")
case("ii->i", [normal((1, 1))], lambda x: torch.einsum("ii->i", x), "size 1")
# left to right, the first product would have nine dims
case("abcd,efghi,a->bcdefghi", [normal((2, 2, 1, 2)), normal((2, 1, 2, 1, 3)), normal((2,))],
     lambda *x: torch.einsum("abcd,efghi,a->bcdefghi", *x))
case("abcdefgh,abcdefgh->abcdefg", [normal((2, 1, 2, 1, 1, 2, 1, 3)) for _ in range(2)],
     lambda *x: torch.einsum("abcdefgh,abcdefgh->abcdefg", *x))

write("einsum")
