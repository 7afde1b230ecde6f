// Observers of a thread's tape.
#include "support.hpp"

#include <memory>
#include <string>
#include <thread>
#include <vector>

#include <xgrad/core/autograd/tape.hpp>
#include <xgrad/core/ops/arithmetic.hpp>
#include <xgrad/core/ops/reduce.hpp>
#include <xgrad/core/tensor/factories.hpp>

using namespace xgrad;

namespace {

// Writes down what it is told.
class Log : public Observer {
 public:
  void see_op(const char* op, const Variable& result, const Inputs& inputs) override {
    lines.push_back(std::string(op) + " of " + std::to_string(inputs.size()) +
                    (result.requires_grad() ? " recorded" : ""));
  }
  void see_gradients(const Node& node, const Variable& grad, const Gradients& gradients) override {
    lines.push_back(std::string("rule of ") + node.op() + ": " + number(grad) + " to " +
                    number(gradients[0]));
  }
  void see_hook(const Node& node, const Variable& grad, const Variable& replacement) override {
    lines.push_back(std::string("hook on ") + node.op() + ": " + number(grad) + " to " + number(replacement));
  }
  std::vector<std::string> lines;

 private:
  static std::string number(const Variable& x) { return std::to_string(x.item<std::int64_t>()); }
};

using Lines = std::vector<std::string>;

}  // namespace

TEST_CASE("observer: it sees each op, recorded or not, while it lives") {
  const Variable x(full({}, 3.0), true), constant(full({}, 4.0));
  auto log = std::make_shared<Log>();
  x * 1;
  observe(log);
  CHECK(is_observed());
  x* constant;
  constant + constant;
  CHECK(log->lines == Lines{"mul of 2 recorded", "add of 2"});
  log.reset();
  CHECK_FALSE(is_observed());
}

TEST_CASE("observer: it sees what rules and hooks return") {
  const Variable x(full({}, 3.0), true), y = x * x;
  x.register_hook([](const Variable& g) { return g.value().clone().add_(1); });
  const auto log = std::make_shared<Log>();
  observe(log);
  y.backward();
  CHECK(log->lines.front() == "mul of 2");  // by the rule of y
  CHECK(log->lines.back() == "hook on leaf: 6 to 7");
  CHECK(log->lines[log->lines.size() - 2] == "rule of mul: 1 to 3");
}

TEST_CASE("observer: it sees nothing of another thread") {
  const Variable x(full({}, 3.0), true);
  const auto log = std::make_shared<Log>();
  observe(log);
  std::thread([&] {
    CHECK_FALSE(is_observed());
    (x * x).backward();
  }).join();
  CHECK(log->lines.empty());
}

TEST_CASE("observer: all observers of a thread are told, oldest first") {
  struct Named : Observer {
    Named(char name, std::string& calls) : name(name), calls(calls) {}
    void see_op(const char*, const Variable&, const Inputs&) override { calls += name; }
    char name;
    std::string& calls;
  };
  std::string calls;
  auto a = std::make_shared<Named>('a', calls);
  const auto b = std::make_shared<Named>('b', calls);
  observe(a);
  observe(b);
  const Variable x(ones({}));
  x + x;
  CHECK(calls == "ab");
  a.reset();
  x + x;
  CHECK(calls == "abb");
}
