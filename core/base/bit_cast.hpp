#pragma once

namespace xgrad {

/// std::bit_cast. The C++ library of Emscripten 3.1 lacks it; every compiler has the builtin behind it.
template <class To, class From>
constexpr To bit_cast(const From& from) {
  return __builtin_bit_cast(To, from);
}

}  // namespace xgrad
