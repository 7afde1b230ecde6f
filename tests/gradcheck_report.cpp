// The report of gradcheck: the worst entry, the table of all entries, kinks and jumps.
#include "support.hpp"
#include "wrong_rules.hpp"

#include <xgrad/core/debug/gradcheck.hpp>
#include <xgrad/core/ops/activation.hpp>
#include <xgrad/core/ops/max.hpp>
#include <xgrad/core/ops/pointwise.hpp>

using namespace xgrad;

TEST_CASE("the report shows analytic and numeric side by side and marks wrong entries") {
  struct Row {
    const char* name;
    const char* text;
    Function f;
    Variable x;
  };
  const Row rows[] = {
      {"a matrix",
       "[gradcheck] gradient wrong for input 0 of shape (2, 2) at (1, 0): analytic 9, numeric 6, relative "
       "error 0.333\n"
       "1 of 4 entries wrong\n"
       "at      analytic    numeric\n"
       "(0, 0)    2    4      2   4\n"
       "(1, 0)    9* -10      6 -10",
       summed(square_wrong_at({2})), matrix},
      {"a small error, which needs more digits",
       "[gradcheck] gradient wrong for input 0 of shape (2,) at (1,): analytic -10.0001, numeric -10, "
       "relative error "
       "1e-05\n"
       "2 of 2 entries wrong; likely cause: analytic is 1.00001 × numeric everywhere: a wrong factor\n"
       "at    analytic              numeric\n"
       "(0,)   2.00002* -10.0001*     2 -10",
       summed(square_off_by(1.00001)), Variable(tensor({1.0, -5.0}))},
      {"a long row continues in the next line",
       "[gradcheck] gradient wrong for input 0 of shape (10,) at (9,): analytic 27, numeric 18, relative "
       "error 0.333\n"
       "1 of 10 entries wrong\n"
       "at    analytic                          numeric\n"
       "(0,)   0   2   4   6   8  10  12  14     0  2  4  6  8 10 12 14\n"
       "(8,)  16  27*                           16 18",
       summed(square_wrong_at({9})), Variable(arange(10.0))},
      {"three dims",
       "[gradcheck] gradient wrong for input 0 of shape (2, 1, 2) at (1, 0, 1): analytic 9, numeric 6, "
       "relative error "
       "0.333\n"
       "2 of 4 entries wrong\n"
       "at         analytic  numeric\n"
       "(0, 0, 0)  0  3*     0 2\n"
       "(1, 0, 0)  4  9*     4 6",
       summed(square_wrong_at({1, 3})), Variable(arange(4.0).reshape({2, 1, 2}))},
      {"the rounding of the differences is not shown",
       "[gradcheck] gradient wrong for input 0 of shape (2,) at (1,): analytic 4.718281828, numeric "
       "3.718281828, relative error 0.212\n"
       "1 of 2 entries wrong\n"
       "at    analytic            numeric\n"
       "(0,)        0  4.71828*         0 3.71828",
       [](const Variable& x) { return sum(square_wrong_at({1})(x) + exp(x) - x); },
       Variable(tensor({0.0, 1.0}))},
      {"a number has no table",
       "[gradcheck] gradient wrong for input 0 of shape () at (): analytic 18, numeric 6, relative error "
       "0.667",
       square_off_by(3), Variable(tensor(3.0))},
      {"no table of more than 64",
       "[gradcheck] gradient wrong for input 0 of shape (65,) at (64,): analytic 192, numeric 128, relative "
       "error 0.333\n"
       "2 of 65 entries wrong",
       summed(square_wrong_at({1, 64})), Variable(arange(65.0))},
  };
  for (const Row& row : rows) {
    CAPTURE(std::string(row.name));
    CHECK(gradcheck(row.f, {row.x}).message() == std::string(row.text));
  }
}

TEST_CASE("the report counts all wrong entries") {
  const GradcheckResult result = gradcheck(square_off_by(2), {Variable(full({20, 10}, 1.5))});
  CHECK(result.message().find("\n200 of 200 entries wrong; ") != std::string::npos);
}

TEST_CASE("the mismatch holds the entries for a program") {
  const GradcheckResult wrong = gradcheck(summed(square_wrong_at({0, 3})), {matrix});
  REQUIRE(wrong.mismatch());
  CHECK(wrong.mismatch()->name == "input 0");
  CHECK(allclose(wrong.mismatch()->analytic, tensor({{3, 4}, {6, -15}}, float64)));
  CHECK(allclose(wrong.mismatch()->numeric, tensor({{2, 4}, {6, -10}}, float64)));
  CHECK(equal(wrong.mismatch()->is_wrong, tensor({{true, false}, {false, true}})));
  CHECK_FALSE(gradcheck(square_off_by(1), {matrix}).mismatch());
  CHECK_FALSE(gradcheck([](const Variable& x) { return x.to(float32); }, {matrix}).mismatch());
}

TEST_CASE("the report names a kink or a jump, of values and of gradients") {
  const Variable tie(tensor({1.0, 2.0, 2.0})), other(tensor({0.0, 2.0, 3.0}));
  struct Row {
    const char* text;
    Function f;
    Variable x;
    int order = 1;
  };
  const Row rows[] = {
      {"; the function has a kink there: its slope is 0 on the left, 1 on the right",
       [](const Variable& x) { return sum(relu(x)); }, Variable(tensor({1.0, 0.0}))},
      // each of three equal maxima gets a third of the gradient
      {"; the function has a kink there: its slope is 0 on the left, 1 on the right",
       [](const Variable& x) { return amax(x, {0}); }, Variable(tensor({2.0, 2.0, 2.0}))},
      {"; the function jumps there, by 1", [](const Variable& x) { return sum(sign(x) * 0.5 + x * x * 0); },
       Variable(tensor({1.0, 0.0}))},
      {"; the gradient jumps there, by ", [&](const Variable& x) { return maximum(x, other.to(float64)); },
       tie, 2},
      {"; the gradient jumps there, by ", [](const Variable& x) { return relu(x); },
       Variable(tensor({1.0, 0.0})), 2},
      {": the function has a kink", [](const Variable& x) { return relu(x); }, Variable(tensor({1.0, 0.0})),
       2},
      {"; the gradient has a kink there: its slope is ",
       [](const Variable& x) { return sum(relu(x) * relu(x)); }, Variable(tensor({1.0, 0.0})), 2},
  };
  for (const Row& row : rows) {
    const GradcheckResult result = gradcheck(row.f, {row.x}, {.order = row.order});
    CHECK_MESSAGE(result.message().find(row.text) != std::string::npos, "expected: ", std::string(row.text),
                  "\n  message: ", result.message());
    CHECK(result.message().find("the tape does not lead back") == std::string::npos);
  }
  // A steep slope or a sharp bend is not a jump.
  for (const double at : {1e-6, 0.5}) {
    const GradcheckResult steep =
        gradcheck([](const Variable& x) { return sum(square_off_by(2)(log(x)) * 1e4); },
                  {Variable(tensor({at}, float64))});
    CHECK_FALSE(steep);
    CHECK(steep.message().find("jumps") == std::string::npos);
  }
}
