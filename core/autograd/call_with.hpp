#pragma once

#include <cstddef>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include <xgrad/core/autograd/variable.hpp>
#include <xgrad/core/base/error.hpp>

namespace xgrad {

/// Any type but this one: keeps a template apart from the overload that takes exactly this type.
template <class F, class Type>
concept OtherThan = !std::is_same_v<std::remove_cvref_t<F>, Type>;

/// The largest number of inputs that can be passed one by one.
inline constexpr std::size_t most_single_inputs = 8;

namespace call_with_detail {

// Calls f with the inputs i..., or with more if x has more.
template <class F, std::size_t... i>
Variable call(std::string_view op, F& f, const std::vector<Variable>& x, std::index_sequence<i...>) {
  if constexpr (requires { f(x[i]...); }) {
    if (x.size() == sizeof...(i)) return f(x[i]...);
  } else if constexpr (requires { f.forward(x[i]...); }) {
    if (x.size() == sizeof...(i)) return f.forward(x[i]...);
  }
  if constexpr (sizeof...(i) < most_single_inputs) {
    return call(op, f, x, std::make_index_sequence<sizeof...(i) + 1>());
  }
  if (x.size() > most_single_inputs) {
    fail(op, x.size(), " inputs are more than the ", most_single_inputs,
         " that can be passed one by one; let the function take a const std::vector<Variable>&");
  }
  fail(op, "the function does not take ", x.size(), " inputs");
}

}  // namespace call_with_detail

/// Calls f(x), f(x[0], x[1], ...), or a module's f.forward(x[0], x[1], ...), with one argument per input and
/// at most 8. Throws, naming `op`, if f takes another number of arguments.
template <class F>
Variable call_with(std::string_view op, F& f, const std::vector<Variable>& x) {
  if constexpr (std::is_invocable_v<F&, const std::vector<Variable>&>) {
    return f(x);
  } else {
    return call_with_detail::call(op, f, x, std::index_sequence<0>());
  }
}

}  // namespace xgrad
