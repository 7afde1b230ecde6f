#include <xgrad/core/ops/einsum_equation.hpp>

#include <algorithm>

#include <xgrad/core/base/error.hpp>

namespace xgrad {
namespace {

constexpr std::int64_t unknown = -1;  // the size of a letter that no operand has

bool is_repeated(char letter, const std::string& letters) {
  return std::count(letters.begin(), letters.end(), letter) > 1;
}

}  // namespace

EinsumEquation::EinsumEquation(std::string_view text, const std::vector<Variable>& operands)
    : text_(text), operands_(operands) {
  sizes_.fill(unknown);
  parse();
  check_inputs();
  check_output();
}

std::string EinsumEquation::place() const {
  std::string shapes;
  for (const Variable& x : operands_) shapes += (shapes.empty() ? "" : ", ") + x.shape().str();
  return " in \"" + std::string(text_) + "\" of shapes " + shapes;
}

void EinsumEquation::parse() {
  std::string plain;
  std::copy_if(text_.begin(), text_.end(), std::back_inserter(plain), [](char c) { return c != ' '; });
  if (has(plain, '.')) fail("einsum", "an ellipsis is not supported; name the dims", place());
  const std::size_t arrow = plain.find("->");
  const std::string left = plain.substr(0, arrow);
  inputs_.emplace_back();
  for (const char c : left) {
    if (c == ',') {
      inputs_.emplace_back();
    } else {
      inputs_.back() += checked(c);
    }
  }
  if (arrow != std::string::npos) {
    for (const char c : plain.substr(arrow + 2)) output_ += checked(c);
    return;
  }
  for (const char c : left) {
    if (c != ',' && !is_repeated(c, left)) output_ += c;
  }
  std::sort(output_.begin(), output_.end());
}

char EinsumEquation::checked(char c) const {
  if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z')) return c;
  const std::size_t at = text_.find(c);
  std::size_t end = at + 1;  // a character of UTF-8 goes on while the top bits are 10
  while (end < text_.size() && (text_[end] & '\xC0') == '\x80') ++end;
  fail("einsum", "'", text_.substr(at, end - at), "' is not a letter", place());
}

void EinsumEquation::check_inputs() {
  if (inputs_.size() != operands_.size()) {
    fail("einsum", inputs_.size(), " operands are named and ", operands_.size(), " given", place());
  }
  for (std::size_t i = 0; i < inputs_.size(); ++i) {
    const std::string& letters = inputs_[i];
    if (letters.size() != static_cast<std::size_t>(operands_[i].dim())) {
      fail("einsum", "operand ", i, " has ", operands_[i].dim(), " dims and ", letters.size(), " letters",
           place());
    }
    for (std::size_t d = 0; d < letters.size(); ++d) {
      if (is_repeated(letters[d], letters)) {
        fail("einsum", "'", letters[d], "' stands twice in one operand: diagonals are not supported",
             place());
      }
      note_size(letters[d], operands_[i].size(static_cast<int>(d)));
    }
  }
}

// A size of 1 broadcasts.
void EinsumEquation::note_size(char letter, std::int64_t size) {
  std::int64_t& known = sizes_[static_cast<unsigned char>(letter)];
  if (known == unknown || known == 1) {
    known = size;
  } else if (size != 1 && size != known) {
    fail("einsum", "'", letter, "' has sizes ", known, " and ", size, place());
  }
}

void EinsumEquation::check_output() const {
  for (const char letter : output_) {
    if (is_repeated(letter, output_)) {
      fail("einsum", "'", letter, "' stands twice in the result", place());
    }
    if (size(letter) == unknown) {
      fail("einsum", "'", letter, "' of the result stands in no operand", place());
    }
  }
}

}  // namespace xgrad
