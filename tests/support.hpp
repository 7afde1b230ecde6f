#pragma once

// Shared by the tests: golden numbers, differences, numbers of threads, texts of errors.

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

/// The tensors of tests/golden/<file>.safetensors, read once. Throws if it cannot be read.
const NamedTensors& goldens(std::string_view file);
/// One of them. Throws an error that names the file and the key if it is missing.
const Tensor& golden(std::string_view file, std::string_view key);
/// Its elements in row-major order. Its dtype must be that of T.
template <class T>
std::vector<T> golden_values(std::string_view file, std::string_view key);

/// The largest |a − b| as float64. Infinity if the shapes differ, or if an element is NaN or infinite and the
/// other is not the same.
double max_abs_diff(const Tensor& a, const Tensor& b);
/// The largest finite |x|; 0 if there is none.
double max_abs(const Tensor& x);

/// Sets the number of threads as long as it lives.
class Threads {
 public:
  explicit Threads(int count) { set_num_threads(count); }
  ~Threads() { set_num_threads(before_); }
  Threads(const Threads&) = delete;
  Threads& operator=(const Threads&) = delete;

 private:
  int before_ = get_num_threads();
};

/// Sets whether rules run in place of their kernels, as long as it lives.
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

/// The text of the error that `call` throws, or "(nothing was thrown)".
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

// Not doctest's own check: it makes a lambda, and Clang before 16 cannot use a structured binding in one.
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
