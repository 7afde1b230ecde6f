#include "judge.hpp"

#include <algorithm>
#include <cmath>
#include <exception>
#include <new>
#include <sstream>

namespace xgrad::web {
namespace {

template <class... Parts>
std::string text(const Parts&... parts) {
  std::ostringstream all;
  (all << ... << parts);
  return all.str();
}

Json side(const std::string& label, const Tensor& tensor) {
  return {{"label", label}, {"tensor", to_json(tensor)}};
}

std::string numbers(std::size_t count) { return text(count, count == 1 ? " number" : " numbers"); }

// " at (1, 0)", the place of element `number` in the order of rows; "" of a single number.
std::string place(std::size_t number, const Shape& shape) {
  return shape.dim() == 0 ? "" : text(" at ", unravel_index(static_cast<std::int64_t>(number), shape));
}

// Without a sign, which NaN has on some machines.
double plain(double number) { return std::isnan(number) ? std::abs(number) : number; }

bool near(double yours, double expected) {
  if (std::isnan(expected) || std::isnan(yours)) return std::isnan(expected) && std::isnan(yours);
  return yours == expected ||
         (std::isfinite(expected) && std::abs(yours - expected) <= 1e-5 * std::max(1.0, std::abs(expected)));
}

std::string compared(Json& check, const Variable& yours, const Tensor& expected, const std::string& what) {
  if (yours.shape() != expected.shape()) {
    throw Problem(text("the result has the shape ", yours.shape(), "; it must be ", expected.shape()));
  }
  const std::vector<double> a = yours.value().to(float64).to_vector<double>(),
                            b = expected.to(float64).to_vector<double>();
  std::vector<bool> wrong;
  std::size_t count = 0, first = a.size();
  for (std::size_t i = 0; i < a.size(); ++i) {
    wrong.push_back(!near(a[i], b[i]));
    if (!wrong[i]) continue;
    ++count;
    first = std::min(first, i);
  }
  if (count == 0)
    return text(a.size() == 1 ? "the number agrees" : text("all ", a.size(), " numbers agree"), " with ",
                what);
  Json is_wrong = Json::array();
  for (const bool one : wrong) is_wrong.push_back(one);
  check["compared"] = {{"name", "the result"},
                       {"sides", {side("yours", yours.value()), side(what, expected)}},
                       {"wrong", is_wrong}};
  throw Problem(text("the result", place(first, expected.shape()), " must be ", plain(b[first]),
                     ", yours is ", plain(a[first]), "; ", count, " of ", numbers(a.size()),
                     count == 1 ? " is" : " are", " wrong"));
}

}  // namespace

void Judge::gradients(const std::string& name, const std::vector<Input>& inputs, const GradcheckFunction& f) {
  run(name, inputs, [&](Json& check) {
    std::vector<Variable> arguments;
    for (const Input& input : inputs) arguments.emplace_back(input.value);
    const GradcheckResult result = gradcheck(f, arguments);
    if (result) {
      std::string all;
      for (std::size_t i = 0; i < inputs.size(); ++i) {
        if (!is_floating(inputs[i].value.dtype())) continue;
        all += text(all.empty() ? "" : ", ", "input ", i, " of shape ", inputs[i].value.shape());
      }
      return "[gradcheck] the gradients agree with small steps: " + all;
    }
    if (const GradcheckMismatch* mismatch = result.mismatch()) {
      check["compared"] = {{"name", "the gradient of " + mismatch->name},
                           {"sides",
                            {side("analytic: what the rule gives", mismatch->analytic),
                             side("numeric: what small steps measure", mismatch->numeric)}},
                           {"wrong", to_json(mismatch->is_wrong)["data"]}};
    }
    throw Problem(result.message());
  });
}

void Judge::equal(const std::string& name, const std::vector<Input>& inputs,
                  const std::function<Variable()>& yours, const Tensor& expected, const std::string& what) {
  run(name, inputs, [&](Json& check) { return compared(check, yours(), expected, what); });
}

void Judge::that(const std::string& name, const std::vector<Input>& inputs,
                 const std::function<std::string()>& check) {
  run(name, inputs, [&](Json&) { return check(); });
}

void Judge::run(const std::string& name, const std::vector<Input>& inputs,
                const std::function<std::string(Json& check)>& body) {
  Json tried = Json::array();
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    tried.push_back(
        {{"name", text("input ", i, ": ", inputs[i].name)}, {"tensor", to_json(inputs[i].value)}});
  }
  Json check = {{"name", name}, {"ok", true}, {"inputs", tried}};
  try {
    check["message"] = body(check);
  } catch (const std::bad_alloc&) {
    throw;  // no fault of the answer
  } catch (const std::exception& error) {
    check["ok"] = right_ = false;
    check["message"] = error.what();
  }
  checks_.push_back(std::move(check));
}

Tensor sample(const Shape& shape, std::uint64_t seed) {
  Generator generator(seed);
  return (round(100 * randn(shape, float64, generator)) / 100).value();
}

}  // namespace xgrad::web
