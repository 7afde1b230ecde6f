"""Goldens of tests/ops_arithmetic.cpp: + - * / and powers."""

import torch
from ops import away_from, binary, booleans, case, integers, normal, positive, unary, uniform, write

binary("add", torch.add)
binary("sub", torch.sub)
binary("mul", torch.mul)
binary("div", torch.div, b=away_from(0, margin=0.5))
binary("pow", torch.pow, a=positive, b=uniform(-2, 2))
unary("neg", torch.neg)

for name, op in (("add", torch.add), ("sub", torch.sub), ("mul", torch.mul)):
    case(name, [normal((2, 3)), integers(-3, 4)((2, 3))], op, "with int64")
    case(name, [integers(-3, 4)((3,)), normal((2, 3))], op, "int64 with")
    case(name, [integers(-3, 4)((2, 3)), integers(-3, 4)((3,))], op, "int64")
case("mul", [normal((2, 3)), booleans((2, 3))], torch.mul, "with boolean")
case("div", [normal((2, 3)), integers(1, 4)((2, 3))], torch.div, "with int64")

# At the edge of the domain: the gradient of the exponent is 0 where 0^b is 0.
case("pow", [[0.0, 0.0, 0.0], [0.5, 1.0, 3.0]], torch.pow, "base 0", gradcheck=False)
case("pow", [[-2.0, -1.5, 3.0], [2.0, 3.0, 0.0]], torch.pow, "negative base",
     gradcheck=False)
case("div", [[1.0, -1.0, 0.0], [0.0, 0.0, 2.0]], torch.div, "by 0", gradcheck=False)

unary("add_scalar", lambda x: x + 2.5)
unary("sub_scalar", lambda x: x - 2)
unary("scalar_sub", lambda x: 1.5 - x)
unary("mul_scalar", lambda x: x * -3)
unary("div_scalar", lambda x: x / 4)
unary("scalar_div", lambda x: 2.0 / x, away_from(0, margin=0.5))
unary("pow_0", lambda x: x ** 0)
unary("pow_1", lambda x: x ** 1)
unary("pow_2", lambda x: x ** 2)
unary("pow_3", lambda x: x ** 3)
unary("pow_-1", lambda x: x ** -1, away_from(0, margin=0.5))
unary("pow_half", lambda x: x ** 0.5, positive)
unary("pow_1.5", lambda x: x ** 1.5, positive)
case("pow_0", [[0.0, -1.0]], lambda x: x ** 0, "at 0", gradcheck=False)
case("pow_2", [[0.0, -1.0]], lambda x: x ** 2, "at 0")
case("pow_3", [[0.0, -1.0]], lambda x: x ** 3, "at 0")

write("arithmetic")
