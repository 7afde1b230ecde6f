#pragma once

// An exercise of the page. It has the name of one in exercises/, so that a reader can go on with the whole of
// it in C++. Here the answer is one line to choose or one number; the page runs it, and a Judge says what
// comes out.

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "judge.hpp"

namespace xgrad::web {

/// One of the answers to choose from. Whether it is right is not written down: the judge computes it.
struct Choice {
  std::string text;  ///< a line of formula or code
  std::string hint;  ///< one sentence that leads on, for a choice that fails
  std::function<void(Judge&)> judge;
};

/// A number to fill in.
struct NumberField {
  std::string label;
  std::function<std::string(double)> hint;  ///< one sentence that leads on from a wrong number
  std::function<void(Judge&, double)> judge;
};

/// A hint for any wrong number, and others for some that have a reason.
std::function<std::string(double)> hints(std::string any, std::vector<std::pair<double, std::string>> known);

/// Texts are plain; what stands between two ` is code.
struct Exercise {
  std::string name;               ///< exercises/NAME
  std::string title;              ///< in one line
  std::string lesson, source;     ///< files of the project
  std::vector<std::string> task;  ///< paragraphs
  std::string question;
  std::vector<Choice> choices = {};  ///< empty if a number is asked for
  NumberField number = {};
  std::string why;  ///< one or two sentences, for an answer that is right
};

/// A Choice before its part of the op, such as a rule, is given to the judge of all choices.
template <class Part>
struct Option {
  std::string text, hint;
  Part part;
};

/// The choices of an exercise: each puts its part into the same judge.
template <class Part>
std::vector<Choice> choices(const std::function<void(Judge&, const Part&)>& judge,
                            const std::vector<Option<Part>>& options) {
  std::vector<Choice> all;
  for (const Option<Part>& option : options) {
    all.push_back(
        {option.text, option.hint, [judge, part = option.part](Judge& with) { judge(with, part); }});
  }
  return all;
}

// One line for each file; elementwise.cpp has two.
Exercise scalar_tape();
Exercise relu_exercise();
Exercise gelu_exercise();
std::vector<Exercise> matrix_exercises();
std::vector<Exercise> softmax_exercises();
std::vector<Exercise> norm_exercises();
Exercise finite_differences();
std::vector<Exercise> training_exercises();
Exercise lora();
std::vector<Exercise> attention_exercises();
Exercise flash_tiling();
Exercise rope();
Exercise multi_head();

/// All exercises, in the order of the lessons.
const std::vector<Exercise>& all_exercises();

}  // namespace xgrad::web
