#include "op_table.hpp"

#include "support.hpp"

#include <algorithm>
#include <limits>
#include <map>

#include <xgrad/core/base/error.hpp>
#include <xgrad/core/debug/gradcheck.hpp>
#include <xgrad/core/tensor/factories.hpp>

namespace xgrad {
namespace {

struct Case {
  std::vector<Tensor> inputs;
  Tensor out;
  Tensor gout;                // undefined: the result has no gradient
  std::vector<Tensor> grads;  // of each input; undefined for one that is not floating
  bool gradcheck = true;
};
using Cases = std::map<std::string, Case>;  // by name

Tensor& slot(std::vector<Tensor>& list, const std::string& number) {
  const auto i = static_cast<std::size_t>(std::stoi(number));
  if (i >= list.size()) list.resize(i + 1);
  return list[i];
}

// <op>/<case>/<what>, as ops.py writes it.
std::map<std::string, Cases> cases_of(const std::string& family) {
  std::map<std::string, Cases> ops;
  for (const auto& [key, tensor] : goldens(family)) {
    const std::size_t first = key.find('/'), second = key.rfind('/');
    if (first == second) fail("op table", family, ".safetensors: ", key, " is not <op>/<case>/<what>");
    Case& one = ops[key.substr(0, first)][key.substr(first + 1, second - first - 1)];
    const std::string what = key.substr(second + 1);
    if (what == "out") one.out = tensor;
    if (what == "gout") one.gout = tensor;
    if (what == "no_gradcheck") one.gradcheck = false;
    if (what.starts_with("in")) slot(one.inputs, what.substr(2)) = tensor;
    if (what.starts_with("grad")) slot(one.grads, what.substr(4)) = tensor;
  }
  for (auto& [op, cases] : ops) {
    for (auto& [name, one] : cases) one.grads.resize(one.inputs.size());
  }
  return ops;
}

enum class Layout { contiguous, transposed, sliced };
constexpr const char* layout_names[] = {"contiguous", "transposed", "sliced"};

// The same values with their dims stored in reverse order.
Tensor transposed(const Tensor& x) {
  Shape reversed;
  for (int i = x.dim(); i-- > 0;) reversed.push_back(i);
  return x.permute(reversed).clone().permute(reversed);
}

// The same values with an offset, and a gap after each. Who reads a gap gets NaN, or an index out of range.
Tensor sliced(const Tensor& x) {
  Shape wide;
  for (std::int64_t size : x.shape()) wide.push_back(2 * size + 1);
  const Scalar gap = is_floating(x.dtype()) ? Scalar(std::numeric_limits<double>::quiet_NaN())
                                            : Scalar(std::int64_t{1} << 40);
  Tensor view = full(wide, gap, x.dtype());
  for (int i = 0; i < x.dim(); ++i) view = view.slice(i, 1, to_end, 2);
  view.copy_(x);
  return view;
}

Tensor laid_out(const Tensor& x, Layout layout) {
  return layout == Layout::transposed ? transposed(x) : layout == Layout::sliced ? sliced(x) : x.clone();
}

// The inputs as Variables. `wants` says which ones require a gradient.
std::vector<Variable> variables(const std::vector<Tensor>& inputs, const std::vector<bool>& wants) {
  std::vector<Variable> all;
  for (std::size_t i = 0; i < inputs.size(); ++i) all.emplace_back(inputs[i], wants[i]);
  return all;
}

void check_close(const std::string& what, const Tensor& ours, const Tensor& expected, DType dtype,
                 double tolerance) {
  CAPTURE(what);
  REQUIRE(ours.shape().str() == expected.shape().str());
  CHECK(name(ours.dtype()) == name(is_floating(expected.dtype()) ? dtype : expected.dtype()));
  const double bound = tolerance * std::max(1.0, max_abs(expected));
  const double difference = max_abs_diff(ours, expected);
  CHECK_MESSAGE(difference <= bound, what, " differs by ", difference, ", allowed ", bound, "\nours:\n", ours,
                "\nexpected:\n", expected);
}

class CaseCheck {
 public:
  CaseCheck(const OpRow& row, const Case& one) : row_(row), case_(one) {}

  void run() const {
    for (const Layout layout : {Layout::contiguous, Layout::transposed, Layout::sliced}) {
      INFO("inputs are ", std::string(layout_names[static_cast<int>(layout)]));
      const std::vector<Tensor> inputs = converted(float64, layout);
      compare(inputs, float64, row_.options.tolerance);
      compare(converted(float32, layout), float32, row_.options.float32_tolerance);
      if (case_.gradcheck && case_.gout.defined()) differences(inputs);
    }
  }

 private:
  std::vector<Tensor> converted(DType dtype, Layout layout) const {
    std::vector<Tensor> inputs;
    for (const Tensor& x : case_.inputs)
      inputs.push_back(laid_out(is_floating(x.dtype()) ? x.to(dtype) : x, layout));
    return inputs;
  }

  // Value and gradients against the golden: of all inputs together, then of each alone.
  void compare(const std::vector<Tensor>& inputs, DType dtype, double tolerance) const {
    INFO("in ", std::string(name(dtype)));
    const std::vector<std::uint32_t> versions = versions_of(inputs);
    std::vector<bool> floating(inputs.size());
    for (std::size_t i = 0; i < inputs.size(); ++i) floating[i] = is_floating(inputs[i].dtype());
    gradients(inputs, floating, dtype, tolerance);
    const auto count = std::count(floating.begin(), floating.end(), true);
    for (std::size_t i = 0; i < inputs.size() && count > 1; ++i) {
      if (!floating[i]) continue;
      INFO("only input ", i, " wants a gradient");
      std::vector<bool> alone(inputs.size());
      alone[i] = true;
      gradients(inputs, alone, dtype, tolerance);
    }
    frozen_afterwards(inputs, floating, dtype);
    CHECK_MESSAGE(versions_of(inputs) == versions, "the op changed an input in place");
  }

  void gradients(const std::vector<Tensor>& inputs, const std::vector<bool>& wants, DType dtype,
                 double tolerance) const {
    const std::vector<Variable> x = variables(inputs, wants);
    const Variable out = row_.f(x);
    check_close("the value", out.value(), case_.out, dtype, tolerance);
    if (!case_.gout.defined()) {
      CHECK_FALSE(out.requires_grad());
      return;
    }
    std::vector<Variable> wanted;
    for (const Variable& input : x) {
      if (input.requires_grad()) wanted.push_back(input);
    }
    if (!out.requires_grad()) return check_all_zero(wants);
    // By its kernel, if it has one, by its rule, and by its rule recorded: all must be right.
    for (const auto& [create_graph, is_readable] :
         {std::pair{true, false}, std::pair{false, true}, std::pair{false, false}}) {
      CAPTURE(create_graph);
      CAPTURE(is_readable);
      const ReadableRules rules(is_readable);
      const auto grads = grad({out}, wanted,
                              {.grad_outputs = {case_.gout.to(dtype)},
                               .retain_graph = is_readable,
                               .create_graph = create_graph,
                               .allow_unused = true});
      for (std::size_t i = 0, k = 0; i < x.size(); ++i) {
        if (!wants[i]) continue;
        const Variable& ours = grads[k++];
        check_close("the gradient of input " + std::to_string(i),
                    ours.defined() ? ours.value() : zeros(x[i].shape(), dtype), case_.grads[i], dtype,
                    tolerance);
      }
    }
  }

  // Inputs that stop requiring a gradient after the op get none, and the op's rule is not asked for any.
  void frozen_afterwards(const std::vector<Tensor>& inputs, const std::vector<bool>& wants,
                         DType dtype) const {
    const std::vector<Variable> x = variables(inputs, wants);
    const Variable out = row_.f(x);
    for (const Variable& input : x) input.requires_grad_(false);
    if (!out.requires_grad()) return;
    out.backward(case_.gout.to(dtype));
    for (const Variable& input : x) CHECK_FALSE(input.has_grad());
  }

  // A result cut off from its inputs is right only where the golden gradients are 0.
  void check_all_zero(const std::vector<bool>& wants) const {
    for (std::size_t i = 0; i < wants.size(); ++i) {
      if (wants[i]) CHECK_MESSAGE(max_abs(case_.grads[i]) == 0, "the result does not require a gradient");
    }
  }

  void differences(const std::vector<Tensor>& inputs) const {
    const std::vector<Variable> x = variables(inputs, std::vector<bool>(inputs.size()));
    const GradcheckResult first = gradcheck(row_.f, x);
    CHECK_MESSAGE(first, first.message());
    if (!row_.options.second_order) return;
    const GradcheckResult second = gradcheck(row_.f, x, {.order = 2});
    CHECK_MESSAGE(second, second.message());
  }

  static std::vector<std::uint32_t> versions_of(const std::vector<Tensor>& inputs) {
    std::vector<std::uint32_t> versions;
    for (const Tensor& x : inputs) versions.push_back(x.version());
    return versions;
  }

  const OpRow& row_;
  const Case& case_;
};

}  // namespace

void check_ops(const std::string& family, const std::vector<OpRow>& rows) {
  std::map<std::string, Cases> goldens = cases_of(family);
  std::size_t count = 0;
  for (const OpRow& row : rows) {
    const auto at = goldens.find(row.name);
    CHECK_MESSAGE(at != goldens.end(), "the row ", row.name, " has no case in ", family,
                  ".safetensors, or stands in the table twice");
    if (at == goldens.end()) continue;
    for (const auto& one : at->second) {
      INFO(row.name, ", case ", one.first);
      ++count;
      try {
        CaseCheck(row, one.second).run();
      } catch (const std::exception& error) {
        FAIL_CHECK("threw: ", std::string(error.what()));
      }
    }
    goldens.erase(at);
  }
  for (const auto& [op, cases] : goldens) {
    FAIL_CHECK(op, " stands in ", family, ".safetensors but not in the table");
  }
  MESSAGE(family, ": ", rows.size(), " rows, ", count, " cases");
}

}  // namespace xgrad
