#include <stdexcept>

#include "arguments.hpp"
#include "exercises/answer.hpp"
#include "exercises/exercise.hpp"
#include "json_tensor.hpp"

namespace xgrad::web {
namespace {

const Exercise& exercise_named(const std::string& name) {
  for (const Exercise& exercise : all_exercises()) {
    if (exercise.name == name) return exercise;
  }
  throw std::invalid_argument("[exercises] there is no exercise \"" + name + "\"");
}

const Choice& choice_named(const Exercise& exercise, const std::string& text) {
  for (const Choice& choice : exercise.choices) {
    if (choice.text == text) return choice;
  }
  throw std::invalid_argument("[exercises] " + exercise.name + " has no choice \"" + text + "\"");
}

// The texts in an order of the exercise's own, which is always the same: the right one is not always first.
Json shuffled_choices(const Exercise& exercise) {
  std::uint64_t seed = 0;
  for (const char c : exercise.name) seed = 31 * seed + static_cast<unsigned char>(c);
  Generator generator(seed);
  Json texts = Json::array();
  const auto count = static_cast<std::int64_t>(exercise.choices.size());
  for (const std::int64_t at : randperm(count, generator).to_vector<std::int64_t>()) {
    texts.push_back(exercise.choices[static_cast<std::size_t>(at)].text);
  }
  return texts;
}

// No answers: neither hints nor which choice is right.
Json list(const Json&) {
  Json all = Json::array();
  for (const Exercise& exercise : all_exercises()) {
    Json entry = {{"name", exercise.name},     {"title", exercise.title}, {"lesson", exercise.lesson},
                  {"source", exercise.source}, {"task", exercise.task},   {"question", exercise.question}};
    if (exercise.choices.empty())
      entry["label"] = exercise.number.label;
    else
      entry["choices"] = shuffled_choices(exercise);
    all.push_back(std::move(entry));
  }
  return all;
}

Json check(const Json& arguments) {
  const Arguments given("exercises", arguments);
  const Exercise& exercise = exercise_named(given.text("name"));
  const std::string answer = given.text("answer");
  Judge judge;
  std::string hint;
  if (exercise.choices.empty()) {
    const double number = number_of(answer);
    exercise.number.judge(judge, number);
    hint = exercise.number.hint(number);
  } else {
    const Choice& choice = choice_named(exercise, answer);
    choice.judge(judge);
    hint = choice.hint;
  }
  Json verdict = {{"right", judge.is_right()}, {"checks", judge.checks()}};
  if (judge.is_right())
    verdict["why"] = exercise.why;
  else
    verdict["hint"] = hint;
  return verdict;
}

}  // namespace

Calls exercise_calls() { return {{"exercise_list", list}, {"exercise_check", check}}; }

}  // namespace xgrad::web
