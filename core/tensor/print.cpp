// Printing in the layout of numpy.array2string with a precision of 4: one format for all elements, the fewest
// digits that distinguish them, aligned columns, lines of 75 characters.

#include <algorithm>
#include <cmath>
#include <limits>
#include <ostream>
#include <string>
#include <vector>

#include <xgrad/core/base/default_dtype.hpp>
#include <xgrad/core/base/number_text.hpp>
#include <xgrad/core/tensor/dispatch.hpp>
#include <xgrad/core/tensor/tensor.hpp>

namespace xgrad {
namespace {

constexpr std::int64_t abridge_above = 1000;  // elements
constexpr std::int64_t edge = 3;              // shown at each end of an abridged dim
constexpr std::size_t line_width = 75;
constexpr int precision = 4;

// Visits the shown elements: all of a dim, or the two edges of an abridged one.
class Layout {
 public:
  explicit Layout(const Tensor& tensor) : tensor_(tensor), abridges_(tensor.numel() > abridge_above) {}

  template <class T>
  std::vector<T> shown() const {
    std::vector<T> elements;
    collect(0, kernels::raw<T>(tensor_), elements);
    return elements;
  }

  std::string text(const std::vector<std::string>& words) {
    next_ = words.data();
    return lay_out(0, " ", line_width);
  }

 private:
  bool is_abridged(int dim) const { return abridges_ && tensor_.shape()[dim] > 2 * edge; }

  // Calls `element(i)` for each shown index, and `gap()` for the omitted ones.
  template <class Element, class Gap>
  void for_each(int dim, Element element, Gap gap) const {
    const std::int64_t size = tensor_.shape()[dim];
    const bool abridged = is_abridged(dim);
    for (std::int64_t i = 0; i < (abridged ? edge : size); ++i) element(i);
    if (!abridged) return;
    gap();
    for (std::int64_t i = size - edge; i < size; ++i) element(i);
  }

  template <class T>
  void collect(int dim, const T* at, std::vector<T>& elements) const {
    if (dim == tensor_.dim()) return elements.push_back(*at);
    for_each(
        dim, [&](std::int64_t i) { collect(dim + 1, at + i * tensor_.strides()[dim], elements); }, [] {});
  }

  std::string lay_out(int dim, const std::string& indent, std::size_t width) {
    if (dim == tensor_.dim()) return *next_++;
    return dim == tensor_.dim() - 1 ? row(indent, width) : block(dim, indent, width);
  }

  std::string row(const std::string& indent, std::size_t width) {
    std::string done, line = indent;
    const auto add = [&](const std::string& word) {
      if (line.size() + word.size() > width - 1 && line.size() > indent.size()) {
        line.pop_back();
        done += line + "\n";
        line = indent;
      }
      line += word + " ";
    };
    for_each(
        tensor_.dim() - 1, [&](std::int64_t) { add(*next_++); }, [&] { add("..."); });
    line.pop_back();
    done += line + "]";
    done[indent.size() - 1] = '[';
    return done.substr(indent.size() - 1);
  }

  std::string block(int dim, const std::string& indent, std::size_t width) {
    const std::string separator(static_cast<std::size_t>(tensor_.dim() - dim - 1), '\n');
    std::string text;
    const auto add = [&](const std::string& part) {
      text += (text.empty() ? "[" : separator + indent) + part;
    };
    for_each(
        dim, [&](std::int64_t) { add(lay_out(dim + 1, indent + " ", width - 1)); }, [&] { add("..."); });
    return text + "]";
  }

  const Tensor& tensor_;
  bool abridges_;
  const std::string* next_ = nullptr;
};

void align_right(std::vector<std::string>& words) {
  std::size_t width = 0;
  for (const std::string& word : words) width = std::max(width, word.size());
  for (std::string& word : words) word.insert(0, width - word.size(), ' ');
}

// A number as the parts "-12", ".5" and "e+07".
struct Parts {
  explicit Parts(const std::string& text) {
    const std::size_t e = std::min(text.find('e'), text.size()), point = std::min(text.find('.'), e);
    whole = text.substr(0, point);
    fraction = point < e ? text.substr(point, e - point) : ".";
    exponent = text.substr(e);
  }
  std::string whole, fraction, exponent;
};

// The fewest digits that read back as `value`, at most `precision` behind the point.
template <class T>
Parts split(T value, NumberStyle format) {
  Parts parts(number_text(value, format));
  if (parts.fraction.size() > precision + 1) parts = Parts(number_text(value, format, precision));
  parts.fraction.erase(parts.fraction.find_last_not_of('0') + 1);
  return parts;
}

template <class T>
bool needs_exponents(const std::vector<T>& values) {
  T most = 0, least = std::numeric_limits<T>::infinity();
  for (const T value : values) {
    if (!std::isfinite(value) || value == 0) continue;
    most = std::max(most, std::abs(value));
    least = std::min(least, std::abs(value));
  }
  return most > 0 && (most >= T(1e8) || least < T(0.0001) || most / least > T(1000));
}

template <class T>
std::vector<std::string> format_floats(const std::vector<T>& values) {
  const bool scientific = needs_exponents(values);
  const auto style = scientific ? NumberStyle::scientific : NumberStyle::fixed;
  std::vector<Parts> parts;
  std::size_t fraction = 0, exponent = 0;
  for (const T value : values) {
    parts.push_back(split(std::isfinite(value) ? value : T(0), style));
    fraction = std::max(fraction, parts.back().fraction.size());
    exponent = std::max(exponent, parts.back().exponent.size());
  }
  std::vector<std::string> words;
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (!std::isfinite(values[i])) {
      words.push_back(std::isnan(values[i]) ? "nan" : values[i] < 0 ? "-inf" : "inf");
      continue;
    }
    Parts part = parts[i];
    if (scientific) {  // all have the digits that the longest needs
      if (fraction > 1)
        part.fraction = Parts(number_text(values[i], style, static_cast<int>(fraction) - 1)).fraction;
      part.exponent.insert(2, exponent - part.exponent.size(), '0');
    }
    part.fraction.resize(fraction, ' ');
    words.push_back(part.whole + part.fraction + part.exponent);
  }
  return words;
}

template <class T>
std::vector<std::string> format(const std::vector<T>& values, bool in_columns) {
  std::vector<std::string> words;
  if constexpr (std::is_same_v<T, bool>) {
    for (const bool value : values) words.push_back(value ? in_columns ? " True" : "True" : "False");
  } else if constexpr (std::is_integral_v<T>) {
    for (const T value : values) words.push_back(std::to_string(value));
  } else {
    words = format_floats(values);
  }
  align_right(words);
  return words;
}

}  // namespace

std::ostream& operator<<(std::ostream& out, const Tensor& tensor) {
  if (!tensor.defined()) return out << "undefined";
  if (tensor.numel() == 0) {
    out << "[] " << tensor.shape();
    return tensor.dtype() == get_default_dtype() ? out : out << ' ' << tensor.dtype();
  }
  const Tensor numbers = tensor.dtype() == bfloat16 ? tensor.to(float32) : tensor;
  Layout layout(numbers);
  kernels::dispatch(numbers.dtype(),
                    [&]<class T>() { out << layout.text(format(layout.shown<T>(), tensor.dim() > 0)); });
  // Integers and booleans are recognisable without their dtype.
  const bool shows = is_floating(numbers.dtype()) && tensor.dtype() != get_default_dtype();
  return shows ? out << ' ' << tensor.dtype() : out;
}

}  // namespace xgrad
