#pragma once

#include <memory>
#include <string>

#include <xgrad/nn/gpt.hpp>

/// The processes that train one model together, each on its part of every batch; rank 0 tells and saves. This
/// class is one process alone. The calls from attach() on are made by all ranks in the same order.
class Ranks {
 public:
  virtual ~Ranks() = default;
  virtual int rank() const { return 0; }
  virtual int size() const { return 1; }

  /// All ranks get rank 0's parameters.
  virtual void attach(const xgrad::nn::GPT& /*model*/) {}
  /// Around backward(): afterwards the gradients are those of the joint batch. `targets` is what the loss of
  /// this rank is a mean over.
  virtual void begin(double /*targets*/) {}
  virtual void finish() {}
  /// Of the joint batch, from this rank's loss.
  virtual double mean(double loss) const { return loss; }
  /// Whether it is true on one of the ranks.
  virtual bool any(bool value) const { return value; }
  /// Throws unless the text is the same on all ranks. `what` names it.
  virtual void check_same(const std::string& /*what*/, const std::string& /*text*/) const {}
  /// Throws unless the parameters are, as far as their digests tell.
  virtual void check_equal() const {}
  /// All went well: waits for the others. Ranks that are destroyed without this call end all processes. A
  /// second call does nothing.
  virtual void leave() {}
};

/// The ranks that mpirun has started; else this process alone. Throws if this build has no MPI, but mpirun
/// has started it.
std::unique_ptr<Ranks> make_ranks();
