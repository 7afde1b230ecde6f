#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <xgrad/core/autograd/variable.hpp>

namespace xgrad {

inline bool has(const std::string& letters, char letter) { return letters.find(letter) != std::string::npos; }

/// An equation of einsum, such as "bqd,bkd->bqk" or "...ij,...jk": a letter for each dim. The dims that `...`
/// stands for get digits as letters, the last of them the largest digit, so that they align at the back.
class EinsumEquation {
 public:
  /// Throws if the equation is wrong or does not fit the operands. Both must outlive this object.
  EinsumEquation(std::string_view text, const std::vector<Variable>& operands);

  /// The letters of each operand's dims. One that stands twice asks for a diagonal.
  const std::vector<std::string>& inputs() const { return inputs_; }
  const std::string& output() const { return output_; }  ///< the letters of the result's dims
  std::int64_t size(char letter) const { return sizes_[static_cast<unsigned char>(letter)]; }

  /// The end of an error's text: ` in "bqd,bkd->bqk" of shapes (2, 3, 4), (2, 5, 4)`.
  std::string place() const;

 private:
  void parse();
  std::string checked(std::string_view part) const;
  void name_ellipses();
  void note_sizes(std::size_t operand);
  void note_size(char letter, std::int64_t size);
  void check_output() const;
  std::string called(char letter) const;

  std::string_view text_;
  const std::vector<Variable>& operands_;
  std::vector<std::string> inputs_;
  std::string output_;
  bool has_arrow_ = false;
  int ellipsis_dims_ = 0;                // the most that one operand has
  std::array<std::int64_t, 256> sizes_;  // by letter
};

}  // namespace xgrad
