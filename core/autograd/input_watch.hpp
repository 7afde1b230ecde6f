#pragma once

namespace xgrad {

class Inputs;

/// Is shown the inputs of every op of this thread, recorded or not, while it lives. Watches are local
/// variables, and so form a stack; each is shown all.
class InputWatch {
 public:
  InputWatch(const InputWatch&) = delete;
  InputWatch& operator=(const InputWatch&) = delete;
  virtual void see(const Inputs& inputs) = 0;

  static bool is_any() { return innermost_ != nullptr; }
  static void show(const Inputs& inputs) {
    for (InputWatch* watch = innermost_; watch; watch = watch->outer_) watch->see(inputs);
  }

 protected:
  InputWatch() : outer_(innermost_) { innermost_ = this; }
  ~InputWatch() { innermost_ = outer_; }

 private:
  static constinit thread_local InputWatch* innermost_;
  InputWatch* outer_;
};

}  // namespace xgrad
