// Fails each allocation in turn: the error arrives, nothing leaks, nothing is half done. This is its own
// executable, as it replaces operator new.
#define DOCTEST_CONFIG_IMPLEMENT_WITH_MAIN
#include <doctest/doctest.h>

#include <functional>
#include <memory>
#include <new>
#include <string>
#include <vector>

#include <xgrad/core/memory/pool.hpp>
#include <xgrad/xgrad.hpp>

#include "failing_new.hpp"
#include "safetensors_files.hpp"

using namespace xgrad;
namespace fs = std::filesystem;

namespace {

// Something that allocates, with its own state.
class Action {
 public:
  virtual ~Action() = default;
  virtual void run() = 0;
  virtual bool is_unchanged() = 0;  // asked after `run` has thrown
  virtual bool is_right() = 0;      // asked after `run` has succeeded
};

using MakeAction = std::function<std::unique_ptr<Action>()>;

std::size_t open_files() {
  return static_cast<std::size_t>(
      std::distance(fs::directory_iterator("/proc/self/fd"), fs::directory_iterator{}));
}

// Describes what is wrong with an action whose n-th allocation fails; empty if nothing is. `was_reached` is
// false if it makes fewer.
std::string fault_at(std::int64_t n, bool lasting, const MakeAction& make, bool& was_reached) {
  const std::unique_ptr<Action> action = make();
  pool_release();  // so that every block comes from the system
  bool has_thrown = false;
  {
    FailingNew failing(n, lasting);
    try {
      action->run();
    } catch (const std::bad_alloc&) {
      has_thrown = true;
    } catch (const std::exception& error) {
      failing.stop();
      return std::string("another error: ") + error.what();
    }
    was_reached = failing.was_reached();
  }
  if (has_thrown) {
    if (!action->is_unchanged()) return "something has changed";
    action->run();
  }
  return action->is_right() ? ""
         : has_thrown       ? "the next run is wrong"
                            : "no error came, and the result is wrong";
}

void fail_each_allocation(const MakeAction& make) {
  make()->run();  // makes what is made only once
  for (const bool lasting : {false, true}) {
    std::int64_t n = 0;
    for (bool was_reached = true; was_reached;) {
      ++n;
      pool_release();
      const std::size_t files = open_files();
      const std::int64_t live = live_allocations();
      const std::string fault = fault_at(n, lasting, make, was_reached);
      pool_release();
      const std::int64_t leaked = live_allocations() - live;
      CAPTURE(n);
      CAPTURE(lasting);
      REQUIRE(fault == "");
      REQUIRE(leaked == 0);
      REQUIRE(open_files() == files);
    }
    CHECK(n > 20);
  }
}

std::vector<Tensor> values_of(const nn::Module& module) {
  std::vector<Tensor> values;
  for (const auto& [name, tensor] : module.state_dict()) values.push_back(tensor.clone());
  return values;
}

bool are_equal(const std::vector<Tensor>& a, const std::vector<Tensor>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](const Tensor& x, const Tensor& y) { return equal(x, y); });
}

nn::GPT small_gpt(std::uint64_t seed, double dropout = 0) {
  Generator generator(seed);
  return nn::GPT(
      {.vocab_size = 5, .context = 4, .d_model = 4, .num_layers = 1, .num_heads = 2, .dropout = dropout},
      generator);
}

using MakeOptimizer = std::function<std::unique_ptr<optim::Optimizer>(std::vector<Variable>)>;

// A step of training after `earlier` others.
class Step : public Action {
 public:
  Step(const MakeOptimizer& make_optimizer, int earlier, bool checkpointed = false)
      : model_(small_gpt(1, 0.25)),
        checkpointed_(checkpointed),
        optimizer_(make_optimizer(model_.parameters())) {
    for (int i = 0; i < earlier; ++i) run();
    before_ = values_of(model_);
  }

  void run() override {
    manual_seed(2);  // for dropout
    optimizer_->zero_grad();
    const Variable logits = checkpointed_ ? checkpoint(model_, {tokens_}) : model_(tokens_);
    cross_entropy(logits.reshape({8, 5}), targets_).backward();
    optimizer_->step();
  }
  bool is_unchanged() override { return are_equal(values_of(model_), before_); }
  bool is_right() override { return are_equal(values_of(model_), right_); }
  void expect(const std::vector<Tensor>& right) { right_ = right; }
  std::vector<Tensor> values() const { return values_of(model_); }

 private:
  nn::GPT model_;
  bool checkpointed_;
  std::unique_ptr<optim::Optimizer> optimizer_;
  Variable tokens_ = tensor({{0, 1, 2, 3}, {4, 3, 2, 1}}, int64),
           targets_ = tensor({1, 2, 3, 0, 3, 2, 1, 0}, int64);
  std::vector<Tensor> before_, right_;
};

void fail_in_steps(const MakeOptimizer& make_optimizer, bool checkpointed = false) {
  for (const int earlier : {0, 1}) {
    CAPTURE(earlier);
    Step sound(make_optimizer, earlier, checkpointed);
    sound.run();
    const std::vector<Tensor> right = sound.values();
    fail_each_allocation([&] {
      auto step = std::make_unique<Step>(make_optimizer, earlier, checkpointed);
      step->expect(right);
      return step;
    });
  }
}

template <class Optimizer, class Options>
MakeOptimizer with(const Options& options) {
  return [options](std::vector<Variable> parameters) {
    return std::make_unique<Optimizer>(std::move(parameters), options);
  };
}

// The bytes of a saved model.
std::string saved_gpt(std::uint64_t seed) {
  const Folder folder;
  small_gpt(seed).save(folder.path / "model.safetensors");
  return read_file(folder.path / "model.safetensors");
}

class Save : public Action {
 public:
  Save(const std::string& before, const std::string& after) : old_(before), new_(after) {
    write_file(path_, old_);
  }
  void run() override { model_.save(path_); }
  bool is_unchanged() override { return read_file(path_) == old_ && folder_.files() == 1; }
  bool is_right() override { return read_file(path_) == new_ && folder_.files() == 1; }

 private:
  Folder folder_;
  fs::path path_ = folder_.path / "model.safetensors";
  nn::GPT model_ = small_gpt(1);
  std::string old_, new_;
};

class Load : public Action {
 public:
  explicit Load(const std::string& saved) { write_file(path_, saved); }
  void run() override { model_.load(path_); }
  bool is_unchanged() override { return are_equal(values_of(model_), values_of(small_gpt(1))); }
  bool is_right() override { return are_equal(values_of(model_), values_of(small_gpt(2))); }

 private:
  Folder folder_;
  fs::path path_ = folder_.path / "model.safetensors";
  nn::GPT model_ = small_gpt(1);
};

class Gradcheck : public Action {
 public:
  void run() override { is_passed_ = static_cast<bool>(gradcheck(model_, {x_})); }
  bool is_unchanged() override { return equal(model_.weight.value(), weight_) && !model_.weight.has_grad(); }
  bool is_right() override { return is_passed_ && is_unchanged(); }

 private:
  Generator generator_{1};
  nn::Linear model_{2, 2, {}, generator_};
  Tensor weight_ = model_.weight.value().clone();
  Variable x_ = tensor({{1.0, -2.0}});
  bool is_passed_ = false;
};

}  // namespace

TEST_CASE("a step of an optimiser happens or does not, and after the first one allocates nothing") {
  for (const MakeOptimizer& make :
       {with<optim::SGD>(
            optim::SGDOptions{.lr = 0.1, .momentum = 0.9, .weight_decay = 0.1, .nesterov = true}),
        with<optim::Adam>(optim::AdamOptions{.lr = 0.1, .weight_decay = 0.1}),
        with<optim::AdamW>(optim::AdamWOptions{.lr = 0.1, .amsgrad = true}),
        with<optim::RMSprop>(optim::RMSpropOptions{.momentum = 0.9, .centered = true})}) {
    fail_in_steps(make);
    const nn::GPT model = small_gpt(1);
    for (const Variable& p : model.parameters()) p.set_grad(ones(p.shape()));
    const auto optimizer = make(model.parameters());
    optimizer->step();
    pool_release();
    const std::size_t requests = pool_stats().system_requests;
    const FailingNew failing(1, /*lasting=*/true);
    optimizer->step();
    CHECK_FALSE(failing.was_reached());
    CHECK(pool_stats().system_requests == requests);
  }
}

TEST_CASE("a step through a checkpoint happens or does not") {
  fail_in_steps(with<optim::SGD>(optim::SGDOptions{.lr = 0.1}), /*checkpointed=*/true);
}

TEST_CASE("a file is written or stays as it was") {
  const std::string before = saved_gpt(2), after = saved_gpt(1);
  fail_each_allocation([&] { return std::make_unique<Save>(before, after); });
}

TEST_CASE("a model is loaded or stays as it was") {
  const std::string saved = saved_gpt(2);
  fail_each_allocation([&] { return std::make_unique<Load>(saved); });
}

TEST_CASE("gradcheck puts back what it has moved") {
  fail_each_allocation([] { return std::make_unique<Gradcheck>(); });
}
