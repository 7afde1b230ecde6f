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
  name_ellipses();
  for (std::size_t i = 0; i < operands.size(); ++i) note_sizes(i);
  check_output();
}

std::string EinsumEquation::place() const {
  std::string shapes;
  for (const Variable& x : operands_) shapes += (shapes.empty() ? "" : ", ") + x.shape().str();
  return " in \"" + std::string(text_) + "\" of shapes " + shapes;
}

// Cuts the text into operands and result, in which '.' still stands for all dims of an ellipsis.
void EinsumEquation::parse() {
  std::string plain;
  std::copy_if(text_.begin(), text_.end(), std::back_inserter(plain), [](char c) { return c != ' '; });
  const std::string_view all = plain;
  const std::size_t arrow = all.find("->");
  has_arrow_ = arrow != std::string_view::npos;
  std::string_view left = all.substr(0, arrow);
  for (std::size_t comma = 0; comma != std::string_view::npos; left.remove_prefix(comma + 1)) {
    comma = left.find(',');
    inputs_.push_back(checked(left.substr(0, comma)));
    if (comma == std::string_view::npos) break;
  }
  if (has_arrow_) output_ = checked(all.substr(arrow + 2));
}

// The part with one '.' for its ellipsis.
std::string EinsumEquation::checked(std::string_view part) const {
  std::string letters;
  while (!part.empty()) {
    const char c = part.front();
    std::size_t length = 1;
    if (part.starts_with("...") && !has(letters, '.')) {
      length = 3;
    } else if (c == '.') {
      fail("einsum", has(letters, '.') ? "a second '...' in one term" : "a '.' is not part of '...'",
           place());
    } else if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'))) {
      // a character of UTF-8 goes on while the top bits are 10
      while (length < part.size() && (part[length] & '\xC0') == '\x80') ++length;
      fail("einsum", "'", part.substr(0, length), "' is not a letter", place());
    }
    letters += c;
    part.remove_prefix(length);
  }
  return letters;
}

// Digits in place of each '.', and the result that is implied where there is no arrow.
void EinsumEquation::name_ellipses() {
  if (inputs_.size() != operands_.size()) {
    fail("einsum", inputs_.size(), " operands are named and ", operands_.size(), " given", place());
  }
  const auto dims_of = [&](std::size_t i) {  // of operand i's ellipsis
    const bool has_ellipsis = has(inputs_[i], '.');
    const int letters = static_cast<int>(inputs_[i].size()) - (has_ellipsis ? 1 : 0);
    const int dims = operands_[i].dim();
    if (has_ellipsis ? dims < letters : dims != letters)
      fail("einsum", "operand ", i, " has ", dims, " dims and ", letters, " letters", place());
    return dims - letters;
  };
  for (std::size_t i = 0; i < inputs_.size(); ++i) ellipsis_dims_ = std::max(ellipsis_dims_, dims_of(i));
  const auto name = [&](std::string& letters, int dims) {
    const std::size_t at = letters.find('.');
    if (at == std::string::npos) return;
    std::string digits;
    for (int k = ellipsis_dims_ - dims; k < ellipsis_dims_; ++k) digits += static_cast<char>('0' + k);
    letters.replace(at, 1, digits);
  };
  for (std::size_t i = 0; i < inputs_.size(); ++i) name(inputs_[i], dims_of(i));
  if (has_arrow_) return name(output_, ellipsis_dims_);
  std::string all;
  for (const std::string& input : inputs_) all += input;
  std::sort(all.begin(), all.end());  // digits, then letters
  for (const char letter : all) {
    const bool is_digit = letter <= '9';
    if (is_digit ? !has(output_, letter) : !is_repeated(letter, all)) output_ += letter;
  }
}

void EinsumEquation::note_sizes(std::size_t i) {
  const std::string& letters = inputs_[i];
  const Shape& shape = operands_[i].shape();
  for (int d = 0; d < shape.dim(); ++d) {
    const char letter = letters[static_cast<std::size_t>(d)];
    const std::int64_t first = shape[static_cast<int>(letters.find(letter))];
    if (first != shape[d]) {
      fail("einsum", called(letter), " stands twice in operand ", i, ", for the sizes ", first, " and ",
           shape[d], place());
    }
    note_size(letter, shape[d]);
  }
}

// A size of 1 broadcasts.
void EinsumEquation::note_size(char letter, std::int64_t size) {
  std::int64_t& known = sizes_[static_cast<unsigned char>(letter)];
  if (known == unknown || known == 1) {
    known = size;
  } else if (size != 1 && size != known) {
    fail("einsum", called(letter), " has sizes ", known, " and ", size, place());
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

// As errors name it.
std::string EinsumEquation::called(char letter) const {
  if (letter > '9') return std::string("'") + letter + "'";
  return "dim " + std::to_string(letter - '0' - ellipsis_dims_) + " of '...'";
}

}  // namespace xgrad
