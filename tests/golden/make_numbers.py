"""Goldens of tests/ops_numbers.cpp: numbers as arguments of maximum, minimum, where and pow."""

import torch
from ops import away_from, booleans, case, normal, uniform, unary, write

for name, f in (("maximum", torch.maximum), ("minimum", torch.minimum)):
    def with_number(x, f=f):
        return f(x, torch.tensor(0.5, dtype=x.dtype))

    def number_first(x, f=f):
        return f(torch.tensor(0.5, dtype=x.dtype), x)

    for side, op in ((f"{name}_number", with_number), (f"number_{name}", number_first)):
        unary(side, op, away_from(0.5))
        case(side, [[0.5, torch.nan, torch.inf, -torch.inf]], op, "special", gradcheck=False)

where_number, number_where = (lambda c, x: torch.where(c, x, 0.25)), (lambda c, x: torch.where(c, 0.25, x))
for name, op in (("where_number", where_number), ("number_where", number_where)):
    case(name, [booleans((2, 3)), normal((2, 3))], op)
    case(name, [booleans((3,)), normal((2, 3))], op, "broadcast condition")
    case(name, [booleans((2, 3)), normal((2, 1))], op, "broadcast")
    case(name, [booleans((0, 3)), normal((0, 3))], op, "empty")
    case(name, [torch.tensor([True, False]), [torch.nan, torch.inf]], op, "special", gradcheck=False)

unary("2_pow", lambda x: 2 ** x, uniform(-2, 2))
unary("half_pow", lambda x: 0.5 ** x, uniform(-2, 2))
case("2_pow", [[torch.inf, -torch.inf, torch.nan, 0.0]], lambda x: 2 ** x, "special", gradcheck=False)

write("numbers")
