#pragma once

// What the check of an exercise is written with. exercises/NAME/check.cpp includes the student's file and
// defines `checks`; this header has the main() that runs them. Each check is one line of JSON in the file
// that the variable JUDGE_FILE names, written at once, so that a crash leaves the lines before it. The
// standard output is the student's.

#include <cxxabi.h>
#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdlib>
#include <exception>
#include <fstream>
#include <functional>
#include <iostream>
#include <memory>
#include <new>
#include <sstream>
#include <string>
#include <typeinfo>
#include <vector>

#include <xgrad/xgrad.hpp>

using namespace xgrad;  // the student's file and the check may use all names
using std::abs;         // without this, abs(0.5) is that of C, which rounds to an integer

/// Runs checks, each under a name that the solutions in exercises/solutions refer to. Each begins with the
/// default Generator at seed 0, and so do the arguments of its call: what the student's code drew before
/// changes no input.
class Judge {
 public:
  explicit Judge(const char* file) : lines_(file) { manual_seed(0); }
  void end() { write({{"end", true}}); }  ///< a program that ends before has left checks out

  /// The student's numbers equal the expected ones: shape, dtype, and |yours − ours| ≤ tolerance · max(1,
  /// |ours|).
  void values(const std::string& name, const std::function<Variable()>& yours, const Tensor& ours,
              double tolerance = 1e-5) {
    run(name, [&] { return difference(yours(), ours, tolerance); });
  }

  /// The gradients of f agree with finite differences, in first and second order.
  template <class F>
  void gradients(const std::string& name, F&& f, const std::vector<Variable>& inputs, int orders = 2) {
    run(name, [&]() -> std::string {
      for (int order = 1; order <= orders; ++order) {
        const GradcheckResult result = gradcheck(f, inputs, {.order = order});
        if (!result) return (order == 2 ? "the gradient of the gradient is wrong: " : "") + result.message();
      }
      return {};
    });
  }

  /// The call throws an Error, such as std::invalid_argument, whose text contains `named`.
  template <class Error = std::exception>
  void refuses(const std::string& name, const std::function<void()>& call, const std::string& what,
               const std::string& named = {}) {
    run(name, [&] { return accepted<Error>(call, what, named); });
  }

  /// What is wrong with how `what` is refused, or nothing.
  template <class Error = std::exception>
  static std::string accepted(const std::function<void()>& call, const std::string& what,
                              const std::string& named = {}) {
    try {
      call();
    } catch (const std::exception& error) {
      const std::string text = std::string(error.what()).substr(0, 1000);
      if (!dynamic_cast<const Error*>(&error)) {
        return what + " must throw " + type_name(typeid(Error)) + ", yours throws " +
               type_name(typeid(error)) + ": " + text;
      }
      if (text.find(named) != std::string::npos) return {};
      return what + ": the text of the error must name " + named + ", yours is: " + text;
    }
    return what + " is accepted; it must be an error";
  }

  /// The call records one op: all else on the tape of its result are leaves.
  void one_node(const std::function<Variable()>& call) {
    run("one node", [&]() -> std::string {
      const Tape tape = trace(call());
      const std::size_t ops = tape.size() - tape.count("leaf");
      return ops == 1 ? "" : "the tape has " + std::to_string(ops) + " ops; it must be one";
    });
  }

  /// Anything else: `problem` returns what is wrong, or nothing.
  void that(const std::string& name, const std::function<std::string()>& problem) { run(name, problem); }

  /// How long both take; reported, never scored.
  void speed(const std::string& name, const std::function<void()>& yours, const std::function<void()>& ours) {
    begin(name);
    std::ostringstream text;
    text.precision(3);
    const std::string thrown = what_throws([&] {
      const double mine = milliseconds(yours), theirs = milliseconds(ours);
      text << mine << " ms, the library " << theirs << " ms";
    });
    write({{"speed", name}, {"detail", thrown.empty() ? text.str() : thrown}});
  }

  /// What differs, or nothing.
  static std::string difference(const Variable& yours, const Tensor& ours, double tolerance) {
    std::ostringstream text;
    if (!yours.defined()) return "the result is undefined: the function returns no value yet";
    if (yours.shape() != ours.shape() || yours.dtype() != ours.dtype()) {
      text << "the result is " << yours.dtype() << " of shape " << yours.shape() << "; it must be "
           << ours.dtype() << " of shape " << ours.shape();
      return text.str();
    }
    const std::vector<double> a = yours.value().to(float64).to_vector<double>(),
                              b = ours.to(float64).to_vector<double>();
    std::size_t wrong = 0, first = 0;
    for (std::size_t i = a.size(); i-- > 0;) {
      const bool is_right = a[i] == b[i] || (std::isnan(a[i]) && std::isnan(b[i])) ||
                            (std::isfinite(b[i]) &&  // a bound of tolerance · ∞ would accept all
                             std::abs(a[i] - b[i]) <= tolerance * std::max(1.0, std::abs(b[i])));
      if (!is_right) ++wrong, first = i;
    }
    if (wrong == 0) return {};
    if (ours.dim() > 0) text << "at " << place(first, ours.shape()) << ' ';
    text << "it must be " << b[first] << ", yours is "
         << (std::isnan(a[first]) ? std::abs(a[first]) : a[first]);  // nan, not -nan
    if (wrong > 1) text << "; " << wrong << " of " << a.size() << " numbers are wrong";
    return text.str();
  }

 private:
  /// What the call throws, or nothing.
  static std::string what_throws(const std::function<void()>& call) {
    try {
      call();
    } catch (const std::bad_alloc&) {
      return "it needs more memory than there is";
    } catch (const std::exception& error) {
      return "it throws: " + std::string(error.what()).substr(0, 1000);
    } catch (...) {
      return "it throws something that is no std::exception";
    }
    return {};
  }

  static std::string type_name(const std::type_info& type) {
    const std::unique_ptr<char, void (*)(void*)> name(
        abi::__cxa_demangle(type.name(), nullptr, nullptr, nullptr), std::free);
    return name ? name.get() : type.name();
  }

  static std::string place(std::size_t number, const Shape& shape) {
    std::vector<std::int64_t> index(static_cast<std::size_t>(shape.dim()));
    auto rest = static_cast<std::int64_t>(number);
    for (int d = shape.dim() - 1; d >= 0; --d) {
      index[static_cast<std::size_t>(d)] = rest % shape[d];
      rest /= shape[d];
    }
    std::string text = "(";
    for (std::size_t d = 0; d < index.size(); ++d) text += (d ? ", " : "") + std::to_string(index[d]);
    return text + ")";
  }

  static double milliseconds(const std::function<void()>& call) {  // the best of some runs
    double best = 1e30;
    for (int i = 0; i < 5; ++i) {
      const auto start = std::chrono::steady_clock::now();
      call();
      best = std::min(
          best, std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count());
    }
    return best;
  }

  void write(const training::Fields& fields) { lines_ << training::json_line(fields) << std::flush; }

  void begin(const std::string& name) { write({{"begin", name}}); }

  void run(const std::string& name, const std::function<std::string()>& problem) {
    begin(name);
    manual_seed(0);  // the arguments of the call may have drawn
    std::string text;
    const std::string thrown = what_throws([&] { text = problem(); });
    if (!thrown.empty()) text = thrown;
    write({{"check", name}, {"ok", text.empty()}, {"detail", text}});
    manual_seed(0);
  }

  std::ofstream lines_;
};

/// The checks of one exercise.
void checks(Judge& judge);

int main() {
  const char* file = std::getenv("JUDGE_FILE");
  Judge judge(file ? file : "/dev/stdout");
  try {
    checks(judge);
  } catch (...) {  // between two checks
    judge.that("the other checks", []() -> std::string { throw; });
  }
  judge.end();
}
