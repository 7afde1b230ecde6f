#pragma once

#include <xgrad/xgrad.hpp>

namespace xgrad::web {

// Over the last dim, which stays with size 1.
inline Variable row_sum(const Variable& x) { return sum(x, -1, true); }
inline Variable row_mean(const Variable& x) { return mean(x, -1, true); }

}  // namespace xgrad::web
