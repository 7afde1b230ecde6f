#pragma once

#include <cstddef>
#include <memory>
#include <type_traits>

#include <xgrad/core/autograd/variable.hpp>

namespace xgrad {

class Recording;

struct RecordedStepOptions {
  /// A step that takes another path is no error: from there on it is recorded anew.
  bool record_anew = false;
};

/// A training step whose tape is recorded once. Every later call replays it on new data: an op takes its node
/// from the recording instead of making one. `backward()` takes its order from there too. This saves about 2
/// % of a step of 53 small ops (docs/speed.md), and checks that each step takes the same path.
///
///     RecordedStep step;
///     for (const Batch& batch : batches) {
///       const Tensor loss = step([&] {
///         optimizer.zero_grad();
///         const Variable loss = cross_entropy(model(batch.x), batch.targets);
///         loss.backward();
///         optimizer.step();
///         return loss;
///       });
///     }
///
/// The program itself runs every time, and computes every number as without a recording: losses and gradients
/// are the same bit for bit, and a random generator advances as usual. A CUDA graph (PyTorch's
/// `torch.cuda.graph`) replays kernels without the program, so it reads fixed memory and cannot see that the
/// program would have taken another path. Here that is an error which names the op: another op, shape or
/// dtype, an input from elsewhere, more or fewer ops or calls of `backward()` than were recorded. The last
/// batch is often smaller: call its step outside. After an error the recording is as before, and the step is
/// not undone. What is not on the tape, such as ops under a NoGradGuard, may change freely.
///
/// A Variable that an op of the step made must not outlive it: the next call would need its node, and throws.
/// So make models and optimisers before the first call. Values may outlive the step, as `loss.value()` and
/// the Tensor that the call returns: they are never overwritten. Hooks on Variables that the step made end
/// with it. `checkpoint` throws in a recorded step, and so does another recorded step. Any thread may call
/// it, one at a time. Ops in other threads than the caller's are not recorded.
class RecordedStep {
 public:
  explicit RecordedStep(const RecordedStepOptions& options = {});
  ~RecordedStep();
  RecordedStep(const RecordedStep&) = delete;
  RecordedStep& operator=(const RecordedStep&) = delete;

  /// Records f(), or replays it. Returns the value of the Variable that f returns; f may also return a Tensor
  /// or nothing.
  template <class F>
  auto operator()(F&& f) {
    const Turn turn(*recording_);
    if constexpr (std::is_void_v<std::invoke_result_t<F&>>) {
      f();
      turn.finish();
    } else {
      const Tensor result = value_of(f());
      turn.finish();
      return result;
    }
  }

  bool is_recorded() const;       ///< the next call replays
  std::size_t num_nodes() const;  ///< in the recording: its ops, and the leaves that the step makes
  void forget();                  ///< the next call records

 private:
  class Turn {
   public:
    explicit Turn(Recording& recording);
    ~Turn();
    Turn(const Turn&) = delete;
    Turn& operator=(const Turn&) = delete;
    void finish() const;

   private:
    Recording& recording_;
  };
  static Tensor value_of(const Variable& result) { return result.value(); }

  std::unique_ptr<Recording> recording_;
};

}  // namespace xgrad
