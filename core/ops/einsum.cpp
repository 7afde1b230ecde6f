#include <xgrad/core/ops/einsum.hpp>

#include <algorithm>
#include <array>
#include <numeric>
#include <string>
#include <vector>

#include <xgrad/core/autograd/tape.hpp>
#include <xgrad/core/base/error.hpp>
#include <xgrad/core/ops/arithmetic.hpp>
#include <xgrad/core/ops/matmul.hpp>
#include <xgrad/core/ops/reduce.hpp>
#include <xgrad/core/ops/views.hpp>

namespace xgrad {
namespace {

bool has(const std::string& labels, char label) { return labels.find(label) != std::string::npos; }

// Those of `labels` for which `is_wanted` holds, in their order.
template <class IsWanted>
std::string those(const std::string& labels, const IsWanted& is_wanted) {
  std::string some;
  std::copy_if(labels.begin(), labels.end(), std::back_inserter(some), is_wanted);
  return some;
}

// A Variable whose dims have names.
struct Term {
  Variable x;
  std::string labels;
};

struct Equation {
  std::vector<std::string> inputs;
  std::string output;
};

class Einsum {
 public:
  Einsum(std::string_view equation, const std::vector<Variable>& operands)
      : text_(equation), operands_(operands) {
    parse();
    check();
  }

  Variable run() const {
    Term product = term(0);
    std::vector<std::size_t> rest(operands_.size() - 1);
    std::iota(rest.begin(), rest.end(), 1);
    while (!rest.empty()) {
      const std::size_t i = take_next(product, rest);
      product = multiply(product, term(i), rest);
    }
    return arranged(product, equation_.output);
  }

 private:
  template <class... Parts>
  [[noreturn]] void wrong(const Parts&... parts) const {
    std::string shapes;
    for (const Variable& x : operands_) shapes += (shapes.empty() ? "" : ", ") + x.shape().str();
    fail("einsum", parts..., " in \"", text_, "\" of shapes ", shapes);
  }

  // Takes the first operand out of `rest` whose product with `a` has no more dims than a Shape.
  std::size_t take_next(const Term& a, std::vector<std::size_t>& rest) const {
    int fewest = 0;
    for (std::size_t k = 0; k < rest.size(); ++k) {
      std::vector<std::size_t> others = rest;
      others.erase(others.begin() + static_cast<std::ptrdiff_t>(k));
      const std::string& b = equation_.inputs[rest[k]];
      std::string labels = those(a.labels, [&](char l) { return !has(b, l); });
      labels += those(b, [&](char l) { return is_needed(l, others); });
      const auto dims = static_cast<int>(labels.size());
      if (dims <= Shape::max_dims) {
        const std::size_t i = rest[k];
        rest = std::move(others);
        return i;
      }
      fewest = k == 0 ? dims : std::min(fewest, dims);
    }
    wrong("a product with ", fewest, " dims, more than ", Shape::max_dims, ", would be needed");
  }

  void parse() {
    std::string plain;
    for (const char c : text_) {
      if (c != ' ') plain += c;
    }
    if (has(plain, '.')) wrong("an ellipsis is not supported; name the dims");
    const std::size_t arrow = plain.find("->");
    const std::string left = plain.substr(0, arrow);
    equation_.inputs.emplace_back();
    for (const char c : left) {
      if (c == ',') {
        equation_.inputs.emplace_back();
      } else {
        equation_.inputs.back() += checked(c);
      }
    }
    if (arrow != std::string::npos) {
      for (const char c : plain.substr(arrow + 2)) equation_.output += checked(c);
      return;
    }
    for (const char c : left) {
      if (c != ',' && std::count(left.begin(), left.end(), c) == 1) equation_.output += c;
    }
    std::sort(equation_.output.begin(), equation_.output.end());
  }

  char checked(char c) const {
    if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z')) return c;
    const std::size_t at = text_.find(c);  // of UTF-8, where a character may go on
    std::size_t end = at + 1;
    while (end < text_.size() && (text_[end] & '\xC0') == '\x80') ++end;
    wrong("'", text_.substr(at, end - at), "' is not a letter");
  }

  void check() {
    if (equation_.inputs.size() != operands_.size()) {
      wrong(equation_.inputs.size(), " operands are named and ", operands_.size(), " given");
    }
    for (std::size_t i = 0; i < operands_.size(); ++i) {
      const std::string& labels = equation_.inputs[i];
      if (labels.size() != static_cast<std::size_t>(operands_[i].dim())) {
        wrong("operand ", i, " has ", operands_[i].dim(), " dims and ", labels.size(), " letters");
      }
      for (std::size_t d = 0; d < labels.size(); ++d) {
        if (std::count(labels.begin(), labels.end(), labels[d]) > 1) {
          wrong("'", labels[d], "' stands twice in one operand: diagonals are not supported");
        }
        std::int64_t& known = size(labels[d]);
        const std::int64_t here = operands_[i].size(static_cast<int>(d));
        if (known == unknown || known == 1) {
          known = here;
        } else if (here != 1 && here != known) {
          wrong("'", labels[d], "' has sizes ", known, " and ", here);
        }
      }
    }
    for (const char label : equation_.output) {
      if (std::count(equation_.output.begin(), equation_.output.end(), label) > 1) {
        wrong("'", label, "' stands twice in the result");
      }
      if (size(label) == unknown) wrong("'", label, "' of the result stands in no operand");
    }
  }

  static constexpr std::int64_t unknown = -1;
  std::int64_t& size(char label) { return sizes_[static_cast<unsigned char>(label)]; }
  std::int64_t size(char label) const { return sizes_[static_cast<unsigned char>(label)]; }
  Shape shape_of(const std::string& labels) const {
    Shape shape;
    for (const char label : labels) shape.push_back(size(label));
    return shape;
  }
  // The labels' dims as one.
  std::int64_t count(const std::string& labels) const {
    std::int64_t product = 1;
    for (const char label : labels) product *= size(label);
    return product;
  }

  // Whether `label` is needed as long as the operands `rest` have not been multiplied.
  bool is_needed(char label, const std::vector<std::size_t>& rest) const {
    return has(equation_.output, label) || std::any_of(rest.begin(), rest.end(), [&](std::size_t i) {
             return has(equation_.inputs[i], label);
           });
  }

  // Operand i in the sizes of all, summed over what is in no other and not in the result.
  Term term(std::size_t i) const {
    const std::string& labels = equation_.inputs[i];
    Variable x = operands_[i];
    Shape alone;
    std::string rest;
    for (std::size_t d = 0; d < labels.size(); ++d) {
      bool is_shared = has(equation_.output, labels[d]);
      for (std::size_t k = 0; k < operands_.size(); ++k) {
        is_shared = is_shared || (k != i && has(equation_.inputs[k], labels[d]));
      }
      if (is_shared) {
        rest += labels[d];
      } else {
        alone.push_back(static_cast<std::int64_t>(d));
      }
    }
    if (!alone.empty()) x = sum(x, alone);
    const Shape full = shape_of(rest);
    return {x.shape() == full ? x : expand(x, full), rest};
  }

  static Variable arranged(const Term& term, const std::string& labels) {
    if (term.labels == labels) return term.x;
    Shape dims;
    for (const char label : labels) dims.push_back(static_cast<std::int64_t>(term.labels.find(label)));
    return permute(term.x, dims);
  }
  static Variable reshaped(const Variable& x, const Shape& shape) {
    return x.shape() == shape ? x : reshape(x, shape);
  }

  // a · b, summed over what neither the operands `rest` nor the result have.
  Term multiply(const Term& a, const Term& b, const std::vector<std::size_t>& rest) const {
    const auto in_both = [&](char label) { return has(a.labels, label) && has(b.labels, label); };
    const auto is_kept = [&](char label) { return is_needed(label, rest); };
    const std::string batch = those(a.labels, [&](char l) { return in_both(l) && is_kept(l); });
    const std::string summed = those(a.labels, [&](char l) { return in_both(l) && !is_kept(l); });
    const std::string rows = those(a.labels, [&](char l) { return !in_both(l); });
    const std::string columns = those(b.labels, [&](char l) { return !in_both(l); });
    const std::string labels = batch + rows + columns;
    if (summed.empty()) {
      Shape left = shape_of(batch + rows);
      for (std::size_t k = 0; k < columns.size(); ++k) left.push_back(1);
      Shape right = shape_of(batch);
      for (std::size_t k = 0; k < rows.size(); ++k) right.push_back(1);
      for (const char label : columns) right.push_back(size(label));
      return {reshaped(arranged(a, batch + rows), left) * reshaped(arranged(b, batch + columns), right),
              labels};
    }
    // (batch..., M, K) @ (batch..., K, N), the batch as one dim where it leaves no room for two more
    const bool fits = batch.size() + 2 <= Shape::max_dims;
    Shape left = fits ? shape_of(batch) : Shape{count(batch)}, right = left;
    left.push_back(count(rows));
    left.push_back(count(summed));
    right.push_back(count(summed));
    right.push_back(count(columns));
    const Variable y = matmul(reshaped(arranged(a, batch + rows + summed), left),
                              reshaped(arranged(b, batch + summed + columns), right));
    return {reshaped(y, shape_of(labels)), labels};
  }

  std::string text_;
  const std::vector<Variable>& operands_;
  Equation equation_;
  std::array<std::int64_t, 256> sizes_ = [] {
    std::array<std::int64_t, 256> all{};
    all.fill(unknown);
    return all;
  }();
};

}  // namespace

Variable einsum(std::string_view equation, const std::vector<Variable>& operands) {
  check_defined("einsum", operands);
  if (operands.empty()) fail("einsum", "needs at least one operand for \"", equation, "\"");
  return Einsum(equation, operands).run();
}

}  // namespace xgrad
