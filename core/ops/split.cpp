#include <xgrad/core/ops/split.hpp>

#include <algorithm>
#include <string>

#include <xgrad/core/autograd/tape.hpp>
#include <xgrad/core/base/error.hpp>
#include <xgrad/core/ops/views.hpp>

namespace xgrad {

std::vector<Variable> split(const Variable& x, const std::vector<std::int64_t>& sizes, int dim) {
  check_defined("split", {x});
  dim = normalize_dim("split", dim, x.dim());
  std::int64_t total = 0;
  bool fits = true;
  for (const std::int64_t size : sizes) {
    fits = fits && size >= 0 && size <= x.size(dim) - total;
    if (fits) total += size;
  }
  if (!fits || total != x.size(dim)) {
    std::string list;  // a Shape might be too short for it
    for (const std::int64_t size : sizes) list += (list.empty() ? "" : ", ") + std::to_string(size);
    fail("split", "the sizes (", list, ") must add up to ", x.size(dim), ", the size of dim ", dim,
         " of shape ", x.shape(), ", and none be negative");
  }
  std::vector<Variable> parts;
  parts.reserve(sizes.size());
  std::int64_t begin = 0;
  for (const std::int64_t size : sizes) {
    parts.push_back(slice(x, dim, begin, begin + size));
    begin += size;
  }
  return parts;
}

std::vector<Variable> split(const Variable& x, std::int64_t size, int dim) {
  check_defined("split", {x});
  dim = normalize_dim("split", dim, x.dim());
  const std::int64_t n = x.size(dim);
  if (size < 0 || (size == 0 && n > 0)) {
    fail("split", "the size of a part must be positive, not ", size, ", for dim ", dim, " of shape ",
         x.shape());
  }
  std::vector<Variable> parts;
  std::int64_t begin = 0;
  do {  // without elements, one empty part
    parts.push_back(slice(x, dim, begin, begin + std::min(size, n - begin)));
    begin += std::min(size, n - begin);
  } while (begin < n);
  return parts;
}

std::vector<Variable> chunk(const Variable& x, std::int64_t chunks, int dim) {
  check_defined("chunk", {x});
  dim = normalize_dim("chunk", dim, x.dim());
  if (chunks < 1) fail("chunk", "the number of chunks must be at least 1, not ", chunks);
  const std::int64_t n = x.size(dim);
  if (n == 0) {
    const auto count = static_cast<std::size_t>(chunks);
    if (count > std::vector<Variable>().max_size()) {
      fail("chunk", chunks, " empty chunks of shape ", x.shape(), " are more than memory can hold");
    }
    return std::vector<Variable>(count, x);
  }
  return split(x, n / chunks + (n % chunks != 0), dim);
}

}  // namespace xgrad
