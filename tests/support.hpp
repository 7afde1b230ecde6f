#pragma once

// What the tests share: golden numbers, differences, numbers of threads, and the texts of errors.

#include <exception>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include <doctest/doctest.h>
#include <xgrad/core/autograd/fused.hpp>
#include <xgrad/core/io/safetensors.hpp>
#include <xgrad/core/parallel/threads.hpp>
#include <xgrad/core/tensor/tensor.hpp>

namespace xgrad {

/// All that tests/golden/<file>.safetensors holds; read once. Throws where it can't be read.
const NamedTensors& goldens(std::string_view file);
/// One of them. Throws naming the file and the key where there is none.
const Tensor& golden(std::string_view file, std::string_view key);
/// Its elements in row-major order; its dtype must be T's.
template <class T>
std::vector<T> golden_values(std::string_view file, std::string_view key);

/// The largest |a − b|, of equal shapes, as float64; infinity where the shapes differ or where one is NaN or
/// infinite and the other is not the same.
double max_abs_diff(const Tensor& a, const Tensor& b);
/// The largest finite |x|; 0 where there is none.
double max_abs(const Tensor& x);

/// The number of threads, for as long as it lives.
class Threads {
 public:
  explicit Threads(int count) { set_num_threads(count); }
  ~Threads() { set_num_threads(before_); }
  Threads(const Threads&) = delete;
  Threads& operator=(const Threads&) = delete;

 private:
  int before_ = get_num_threads();
};

/// Whether rules run in place of their kernels, for as long as it lives.
class ReadableRules {
 public:
  explicit ReadableRules(bool on) { set_readable_rules(on); }
  ~ReadableRules() { set_readable_rules(before_); }
  ReadableRules(const ReadableRules&) = delete;
  ReadableRules& operator=(const ReadableRules&) = delete;

 private:
  bool before_ = readable_rules();
};

/// g · ∂f/∂x by the rule of f, as an op on g and x that can be differentiated further.
Variable slope(const std::function<Variable(const Variable&)>& f, const Variable& g, const Variable& x);

/// What `call` throws: its text, or "(nothing was thrown)".
template <class Call>
std::string thrown_text(const Call& call) {
  try {
    call();
  } catch (const std::exception& error) {
    return error.what();
  }
  return "(nothing was thrown)";
}

}  // namespace xgrad

// Of its own, as Clang before 16 has no lambda (which doctest's makes) use a name from a structured binding.
#undef CAPTURE
#define CAPTURE(x) XGRAD_CAPTURE(#x, x, DOCTEST_ANONYMOUS(captured_))
#define XGRAD_CAPTURE(text, x, name) \
  const auto& name = x;              \
  INFO(text " := ", name)

/// Checks that the expression throws an error whose text contains `text`.
#define CHECK_THROWS_TEXT(expression, text)                                                  \
  do {                                                                                       \
    const std::string thrown = ::xgrad::thrown_text([&] { static_cast<void>(expression); }); \
    CHECK_MESSAGE(thrown.find(text) != std::string::npos, "expected: ", std::string(text),   \
                  "\n  thrown: ", thrown);                                                   \
  } while (false)
