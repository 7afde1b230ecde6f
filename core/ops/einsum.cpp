#include <xgrad/core/ops/einsum.hpp>

#include <algorithm>
#include <numeric>
#include <string>
#include <vector>

#include <xgrad/core/autograd/tape.hpp>
#include <xgrad/core/base/error.hpp>
#include <xgrad/core/ops/arithmetic.hpp>
#include <xgrad/core/ops/einsum_equation.hpp>
#include <xgrad/core/ops/matmul.hpp>
#include <xgrad/core/ops/reduce.hpp>
#include <xgrad/core/ops/reshaped.hpp>
#include <xgrad/core/ops/views.hpp>

namespace xgrad {
namespace {

// The letters for which `is_wanted` holds, in their order.
template <class IsWanted>
std::string filtered(const std::string& letters, const IsWanted& is_wanted) {
  std::string some;
  std::copy_if(letters.begin(), letters.end(), std::back_inserter(some), is_wanted);
  return some;
}

// A Variable with a letter for each dim.
struct Term {
  Variable x;
  std::string letters;
};

// The same with its dims in the order of `letters`.
Variable arranged(const Term& term, const std::string& letters) {
  if (term.letters == letters) return term.x;
  Shape dims;
  for (const char letter : letters) dims.push_back(static_cast<std::int64_t>(term.letters.find(letter)));
  return permute(term.x, dims);
}

// The term with each letter once: of a letter that stands twice, the diagonal, which in (..., n²) is every
// (n + 1)-th element of (..., n, n).
Term without_repeats(Term term) {
  for (std::size_t first = 0; first < term.letters.size();) {
    const char letter = term.letters[first];
    const std::size_t second = term.letters.find(letter, first + 1);
    if (second == std::string::npos) {
      ++first;
      continue;
    }
    Shape dims, shape;
    std::string rest;
    for (std::size_t d = 0; d < term.letters.size(); ++d) {
      if (d == first || d == second) continue;
      const auto dim = static_cast<int>(d);
      dims.push_back(dim);
      shape.push_back(term.x.size(dim));
      rest += term.letters[d];
    }
    const std::int64_t n = term.x.size(static_cast<int>(first));
    for (const std::size_t d : {first, second}) dims.push_back(static_cast<std::int64_t>(d));
    shape.push_back(n * n);
    term = {slice(reshape(permute(term.x, dims), shape), -1, 0, to_end, n + 1), rest + letter};
  }
  return term;
}

// Multiplies the operands from left to right.
class Product {
 public:
  Product(std::string_view text, const std::vector<Variable>& operands) : equation_(text, operands) {
    for (std::size_t i = 0; i < operands.size(); ++i)
      operands_.push_back(without_repeats({operands[i], equation_.inputs()[i]}));
  }

  Variable run() const {
    Term product = term(0);
    std::vector<std::size_t> rest(operands_.size() - 1);
    std::iota(rest.begin(), rest.end(), 1);
    while (!rest.empty()) {
      const std::size_t i = take_next(product, rest);
      product = multiply(product, term(i), rest);
    }
    return arranged(product, equation_.output());
  }

 private:
  // Operand i with broadcast sizes, summed over the letters that only it has.
  Term term(std::size_t i) const {
    const auto is_alone = [&](char letter) {
      const auto names_it = [letter](const Term& operand) { return has(operand.letters, letter); };
      return !has(equation_.output(), letter) &&
             std::count_if(operands_.begin(), operands_.end(), names_it) == 1;
    };
    const auto& [operand, letters] = operands_[i];
    const std::string shared = filtered(letters, [&](char letter) { return !is_alone(letter); });
    Shape alone;
    for (std::size_t d = 0; d < letters.size(); ++d) {
      if (is_alone(letters[d])) alone.push_back(static_cast<std::int64_t>(d));
    }
    const Variable x = alone.empty() ? operand : sum(operand, alone);
    const Shape full = shape_of(shared);
    return {x.shape() == full ? x : expand(x, full), shared};
  }

  // Takes the first operand out of `rest` whose product with `a` has no more dims than a Shape can hold.
  std::size_t take_next(const Term& a, std::vector<std::size_t>& rest) const {
    int fewest = 0;
    for (std::size_t k = 0; k < rest.size(); ++k) {
      std::vector<std::size_t> others = rest;
      others.erase(others.begin() + static_cast<std::ptrdiff_t>(k));
      const std::string& b = operands_[rest[k]].letters;
      const std::string rows = filtered(a.letters, [&](char l) { return !has(b, l); });
      const std::string kept = filtered(b, [&](char l) { return is_needed(l, others); });
      const auto dims = static_cast<int>(rows.size() + kept.size());
      if (dims <= Shape::max_dims) {
        const std::size_t i = rest[k];
        rest = std::move(others);
        return i;
      }
      fewest = k == 0 ? dims : std::min(fewest, dims);
    }
    fail("einsum", "a product with ", fewest, " dims, more than ", Shape::max_dims, ", would be needed",
         equation_.place());
  }

  // Whether `letter` stands in the result or in an operand of `rest`.
  bool is_needed(char letter, const std::vector<std::size_t>& rest) const {
    return has(equation_.output(), letter) || std::any_of(rest.begin(), rest.end(), [&](std::size_t i) {
             return has(operands_[i].letters, letter);
           });
  }

  // a · b, summed over the letters that neither the operands of `rest` nor the result need.
  Term multiply(const Term& a, const Term& b, const std::vector<std::size_t>& rest) const {
    const auto in_both = [&](char l) { return has(a.letters, l) && has(b.letters, l); };
    const auto in_one = [&](char l) { return !in_both(l); };
    const std::string batch = filtered(a.letters, [&](char l) { return in_both(l) && is_needed(l, rest); });
    const std::string summed = filtered(a.letters, [&](char l) { return in_both(l) && !is_needed(l, rest); });
    const std::string rows = filtered(a.letters, in_one), columns = filtered(b.letters, in_one);
    const std::string letters = batch + rows + columns;
    if (summed.empty()) return {aligned(a, letters) * aligned(b, letters), letters};
    // (batch..., M, K) @ (batch..., K, N). If the batch leaves no room for two more dims, it becomes one dim.
    const bool fits = batch.size() + 2 <= Shape::max_dims;
    Shape left = fits ? shape_of(batch) : Shape{count(batch)}, right = left;
    left.push_back(count(rows));
    left.push_back(count(summed));
    right.push_back(count(summed));
    right.push_back(count(columns));
    const Variable y = matmul(reshaped(arranged(a, batch + rows + summed), left),
                              reshaped(arranged(b, batch + summed + columns), right));
    return {reshaped(y, shape_of(letters)), letters};
  }

  // A dim for each of `letters`, of size 1 for a letter that the term does not have.
  Variable aligned(const Term& term, const std::string& letters) const {
    Shape shape;
    for (const char l : letters) shape.push_back(has(term.letters, l) ? equation_.size(l) : 1);
    return reshaped(arranged(term, filtered(letters, [&](char l) { return has(term.letters, l); })), shape);
  }

  Shape shape_of(const std::string& letters) const {
    Shape shape;
    for (const char letter : letters) shape.push_back(equation_.size(letter));
    return shape;
  }
  std::int64_t count(const std::string& letters) const {
    std::int64_t product = 1;
    for (const char letter : letters) product *= equation_.size(letter);
    return product;
  }

  EinsumEquation equation_;
  std::vector<Term> operands_;  // each letter once
};

}  // namespace

Variable einsum(std::string_view equation, const std::vector<Variable>& operands) {
  check_defined("einsum", operands);
  if (operands.empty()) fail("einsum", "needs at least one operand for \"", equation, "\"");
  return Product(equation, operands).run();
}

}  // namespace xgrad
