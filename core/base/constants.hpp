#pragma once

namespace xgrad {

constexpr double two_over_sqrt_pi = 1.12837916709551257390;  // 2/√π
constexpr double one_over_sqrt_2pi = 0.39894228040143267794;
constexpr double sqrt_2_over_pi = 0.79788456080286535588;
constexpr double gelu_cubic = 0.044715;  // of gelu's tanh form: √(2/π) (x + 0.044715 x³)

}  // namespace xgrad
