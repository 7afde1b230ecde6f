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
#include <stdexcept>
#include <string>
#include <type_traits>
#include <typeinfo>
#include <vector>

#include <xgrad/xgrad.hpp>

using namespace xgrad;  // the student's file and the check may use all names
using std::abs;         // without this, abs(0.5) is that of C, which rounds to an integer

/// Runs checks, each under a name that the solutions in exercises/solutions refer to. A check ends at the
/// first thing that is wrong: `must`, `must_equal` and `must_throw` throw a Problem, which says what it is.
/// The default Generator is at seed 0 when a check begins, and when its arguments are computed: what the
/// student's code drew before changes no input.
class Judge {
 public:
  explicit Judge(const char* file) : lines_(file) { manual_seed(0); }
  void end() { write({{"end", true}}); }  ///< a program that ends before has left checks out

  /// The student's result equals the expected one, as for `must_equal`.
  void values(const std::string& name, const std::function<Variable()>& yours, const Tensor& ours,
              double tolerance = 1e-5) {
    run(name, [&] { must_equal(yours(), ours, tolerance); });
  }

  /// The gradients of f agree with finite differences, in first and second order.
  template <class F>
  void gradients(const std::string& name, F&& f, const std::vector<Variable>& inputs, int orders = 2) {
    run(name, [&] {
      for (int order = 1; order <= orders; ++order) {
        const GradcheckResult result = gradcheck(f, inputs, {.order = order});
        must(bool(result), order == 2 ? "the gradient of the gradient is wrong: " : "", result.message());
      }
    });
  }

  /// The call throws an error, as for `must_throw`.
  template <class Error = std::exception>
  void refuses(const std::string& name, const std::function<void()>& call, const std::string& what,
               const std::string& named = {}) {
    run(name, [&] { must_throw<Error>(call, what, named); });
  }

  /// The call records one op: all else on the tape of its result are leaves.
  void one_node(const std::function<Variable()>& call) {
    run("one node", [&] {
      const Tape tape = trace(call());
      const std::size_t ops = tape.size() - tape.count("leaf");
      must(ops == 1, "the tape has ", ops, " ops; it must be one");
    });
  }

  /// Anything else. A check that returns has passed.
  template <class Check>
  void that(const std::string& name, const Check& check) {
    static_assert(std::is_void_v<std::invoke_result_t<Check>>,
                  "a check calls must(...), and returns nothing");
    run(name, check);
  }

  /// How long both take; reported, never scored.
  void speed(const std::string& name, const std::function<void()>& yours, const std::function<void()>& ours) {
    begin(name);
    std::ostringstream times;
    times.precision(3);
    const std::string problem = problem_of(
        [&] { times << milliseconds(yours) << " ms, the library " << milliseconds(ours) << " ms"; });
    write({{"speed", name}, {"detail", problem.empty() ? times.str() : problem}});
  }

  /// Ends the check with a problem, put together of the parts, if `holds` is false.
  template <class... Parts>
  static void must(bool holds, const Parts&... problem) {
    if (!holds) throw Problem(text(problem...));
  }

  /// Ends the check if the results differ: in shape, in dtype, or by more than tolerance · max(1, |ours|).
  /// `where` says which result it is, such as "the gradient".
  template <class... Parts>
  static void must_equal(const Variable& yours, const Tensor& ours, double tolerance, const Parts&... where) {
    const std::string problem = difference(yours, ours, tolerance);
    must(problem.empty(), where..., sizeof...(where) == 0 ? "" : ": ", problem);
  }

  /// Ends the check unless the call throws an Error, such as std::invalid_argument, whose text contains
  /// `named`.
  template <class Error = std::exception>
  static void must_throw(const std::function<void()>& call, const std::string& what,
                         const std::string& named = {}) {
    try {
      call();
    } catch (const std::exception& error) {
      const std::string yours = std::string(error.what()).substr(0, 1000);
      const auto* expected = dynamic_cast<const Error*>(&error);
      must(expected != nullptr, what, " must throw ", type_name(typeid(Error)), ", yours throws ",
           type_name(typeid(error)), ": ", yours);
      must(yours.find(named) != std::string::npos, what, ": the text of the error must name ", named,
           ", yours is: ", yours);
      return;
    }
    must(false, what, " is accepted; it must be an error");
  }

  /// The parts, one after the other.
  template <class... Parts>
  static std::string text(const Parts&... parts) {
    std::ostringstream all;
    (all << ... << parts);
    return all.str();
  }

 private:
  struct Problem : std::runtime_error {
    using std::runtime_error::runtime_error;
  };

  /// What is wrong, or nothing.
  static std::string problem_of(const std::function<void()>& check) {
    try {
      check();
    } catch (const Problem& problem) {
      return problem.what();
    } catch (const std::bad_alloc&) {
      return "it needs more memory than there is";
    } catch (const std::exception& error) {
      return "it throws: " + std::string(error.what()).substr(0, 1000);
    } catch (...) {
      return "it throws something that is no std::exception";
    }
    return {};
  }

  /// What differs, or nothing.
  static std::string difference(const Variable& yours, const Tensor& ours, double tolerance) {
    if (!yours.defined()) return "the result is undefined: the function returns no value yet";
    if (yours.shape() != ours.shape() || yours.dtype() != ours.dtype()) {
      return text("the result is ", yours.dtype(), " of shape ", yours.shape(), "; it must be ", ours.dtype(),
                  " of shape ", ours.shape());
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
    const std::string place = ours.dim() == 0 ? "" : "at " + index_text(first, ours.shape()) + " ";
    const double found = std::isnan(a[first]) ? std::abs(a[first]) : a[first];  // nan, not -nan
    return text(place, "it must be ", b[first], ", yours is ", found) +
           (wrong == 1 ? "" : text("; ", wrong, " of ", a.size(), " numbers are wrong"));
  }

  /// The index of element `number` in the order of rows: "(1, 0)".
  static std::string index_text(std::size_t number, const Shape& shape) {
    std::string index;
    auto rest = static_cast<std::int64_t>(number);
    for (int d = shape.dim() - 1; d >= 0; --d) {
      index = std::to_string(rest % shape[d]) + (index.empty() ? "" : ", ") + index;
      rest /= shape[d];
    }
    return "(" + index + ")";
  }

  static std::string type_name(const std::type_info& type) {
    const std::unique_ptr<char, void (*)(void*)> name(
        abi::__cxa_demangle(type.name(), nullptr, nullptr, nullptr), std::free);
    return name ? name.get() : type.name();
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

  void run(const std::string& name, const std::function<void()>& check) {
    begin(name);
    manual_seed(0);  // the arguments of the call may have drawn
    const std::string problem = problem_of(check);
    write({{"check", name}, {"ok", problem.empty()}, {"detail", problem}});
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
    judge.that("the other checks", [] { throw; });
  }
  judge.end();
}
