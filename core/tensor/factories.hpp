#pragma once

#include <initializer_list>
#include <optional>
#include <vector>

#include <xgrad/core/base/default_dtype.hpp>
#include <xgrad/core/tensor/generator.hpp>
#include <xgrad/core/tensor/number_list.hpp>
#include <xgrad/core/tensor/tensor.hpp>

namespace xgrad {

Tensor empty(const Shape& shape, DType dtype = get_default_dtype());  ///< uninitialised
Tensor zeros(const Shape& shape, DType dtype = get_default_dtype());
Tensor ones(const Shape& shape, DType dtype = get_default_dtype());
// Several sizes stand in braces.
Tensor empty(std::int64_t, std::int64_t, ...) = delete;  // empty({2, 3})
Tensor zeros(std::int64_t, std::int64_t, ...) = delete;  // zeros({2, 3})
Tensor ones(std::int64_t, std::int64_t, ...) = delete;   // ones({2, 3})
Tensor rand(std::int64_t, std::int64_t, ...) = delete;   // rand({2, 3})
Tensor randn(std::int64_t, std::int64_t, ...) = delete;  // randn({2, 3})
/// By default, the value's dtype: the default dtype for a floating number, else int64 or boolean.
Tensor full(const Shape& shape, Scalar value, std::optional<DType> dtype = {});
Tensor eye(std::int64_t rows, std::optional<std::int64_t> columns = {}, DType dtype = get_default_dtype());
/// start, start + step, ... below `end`: ⌈(end − start) / step⌉ values; int64 when all three are integers.
Tensor arange(Scalar end, std::optional<DType> dtype = {});
Tensor arange(Scalar start, Scalar end, Scalar step = 1, std::optional<DType> dtype = {});

/// Numbers in nested braces, as in `tensor({{1, 2}, {3, 4}})`.
class NestedNumbers {
 public:
  template <class T>
  requires std::is_arithmetic_v<T> NestedNumbers(T value) : numbers_{Scalar(value)} {}
  NestedNumbers(std::initializer_list<NestedNumbers> rows);

  const Shape& shape() const { return shape_; }
  const std::vector<Scalar>& numbers() const { return numbers_; }

 private:
  Shape shape_;
  std::vector<Scalar> numbers_;
};

/// A Tensor of these numbers. By default the default dtype if any is floating, int64 if any is an integer,
/// else boolean.
Tensor tensor(Scalar value, std::optional<DType> dtype = {});
Tensor tensor(std::initializer_list<NestedNumbers> rows, std::optional<DType> dtype = {});
/// A Tensor of the numbers in a list, or in lists of lists: `tensor(std::vector{1, 2})`. By default, float
/// gives float32, double float64, bool boolean and any other integer int64, which must hold it.
template <number_list::List L>
Tensor tensor(const L& list, std::optional<DType> dtype = {}) {
  using Element = number_list::Element<L>;
  Tensor tensor = empty(number_list::shape_of(list), dtype_of<Element>());
  number_list::copy(list, tensor.template mutable_data<Element>());
  return dtype ? tensor.to(*dtype) : tensor;
}

// Random values: PyTorch's numbers for the same seed. random_factories.cpp
Tensor rand(const Shape& shape, DType dtype = get_default_dtype(),
            Generator& generator = default_generator());  ///< U[0, 1)
Tensor randn(const Shape& shape, DType dtype = get_default_dtype(),
             Generator& generator = default_generator());  ///< N(0, 1)
/// Integers in [low, high).
Tensor randint(std::int64_t low, std::int64_t high, const Shape& shape, DType dtype = int64,
               Generator& generator = default_generator());
/// The integers from 0 to n − 1, each once, in random order (Fisher & Yates): int64. PyTorch's for n below
/// 2³² / 20.
Tensor randperm(std::int64_t n, Generator& generator = default_generator());

// The same with the shape and dtype of another Tensor. For a Variable: ops/like.hpp.
Tensor empty_like(const Tensor& other, std::optional<DType> dtype = {});
Tensor zeros_like(const Tensor& other, std::optional<DType> dtype = {});
Tensor ones_like(const Tensor& other, std::optional<DType> dtype = {});
Tensor full_like(const Tensor& other, Scalar value, std::optional<DType> dtype = {});
Tensor rand_like(const Tensor& other, Generator& generator = default_generator());
Tensor randn_like(const Tensor& other, Generator& generator = default_generator());

/// Fills in place from U[from, to). Floating dtypes.
void uniform_(const Tensor& tensor, double from = 0, double to = 1,
              Generator& generator = default_generator());
/// Fills in place from N(mean, std²). Floating dtypes.
void normal_(const Tensor& tensor, double mean = 0, double std = 1,
             Generator& generator = default_generator());

}  // namespace xgrad
