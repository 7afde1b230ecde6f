// Numbers as arguments of ops, against PyTorch (golden/make_numbers.py) and finite differences.
#include "op_table.hpp"
#include "support.hpp"

#include <xgrad/core/ops/arithmetic.hpp>
#include <xgrad/core/ops/pointwise.hpp>

using namespace xgrad;
using Xs = std::vector<Variable>;

TEST_CASE("numbers: values and gradients") {
  check_ops("numbers", {
                           {"maximum_number", [](const Xs& x) { return maximum(x[0], 0.5); }},
                           {"number_maximum", [](const Xs& x) { return maximum(0.5, x[0]); }},
                           {"minimum_number", [](const Xs& x) { return minimum(x[0], 0.5); }},
                           {"number_minimum", [](const Xs& x) { return minimum(0.5, x[0]); }},
                           {"where_number", [](const Xs& x) { return where(x[0], x[1], 0.25); }},
                           {"number_where", [](const Xs& x) { return where(x[0], 0.25, x[1]); }},
                           {"2_pow", [](const Xs& x) { return pow(2, x[0]); }},
                           {"half_pow", [](const Xs& x) { return pow(0.5, x[0]); }},
                       });
}
