#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <xgrad/core/autograd/variable.hpp>

namespace xgrad {

inline bool has(const std::string& letters, char letter) { return letters.find(letter) != std::string::npos; }

/// An equation of einsum, such as "bqd,bkd->bqk": a letter for each dim.
class EinsumEquation {
 public:
  /// Throws if the equation is wrong or does not fit the operands. Both must outlive this object.
  EinsumEquation(std::string_view text, const std::vector<Variable>& operands);

  const std::vector<std::string>& inputs() const { return inputs_; }  ///< the letters of each operand's dims
  const std::string& output() const { return output_; }               ///< the letters of the result's dims
  std::int64_t size(char letter) const { return sizes_[static_cast<unsigned char>(letter)]; }

  /// The end of an error's text: ` in "bqd,bkd->bqk" of shapes (2, 3, 4), (2, 5, 4)`.
  std::string place() const;

 private:
  void parse();
  char checked(char c) const;
  void check_inputs();
  void note_size(char letter, std::int64_t size);
  void check_output() const;

  std::string_view text_;
  const std::vector<Variable>& operands_;
  std::vector<std::string> inputs_;
  std::string output_;
  std::array<std::int64_t, 256> sizes_;  // by letter
};

}  // namespace xgrad
