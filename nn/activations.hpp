#pragma once

#include <xgrad/core/base/dims.hpp>
#include <xgrad/core/ops/activation.hpp>
#include <xgrad/core/ops/softmax.hpp>
#include <xgrad/nn/callable.hpp>

namespace xgrad::nn {

/// The activation between the two layers of a feed-forward network, as an option.
enum class Activation { gelu, gelu_tanh, relu };
Variable activate(const Variable& x, Activation activation);

// Activations as modules without parameters, for a Sequential and for a printed model. Each calls the op of
// its name. A Sequential takes the op itself too: nn::Sequential(nn::Linear(2, 3), relu).

class ReLU : public Callable<ReLU> {
 public:
  Variable forward(const Variable& x) const { return relu(x); }
  void visit(Visitor&) const override {}
};

class SiLU : public Callable<SiLU> {
 public:
  Variable forward(const Variable& x) const { return silu(x); }
  void visit(Visitor&) const override {}
};

class Mish : public Callable<Mish> {
 public:
  Variable forward(const Variable& x) const { return mish(x); }
  void visit(Visitor&) const override {}
};

class Tanh : public Callable<Tanh> {
 public:
  Variable forward(const Variable& x) const { return tanh(x); }
  void visit(Visitor&) const override {}
};

class Sigmoid : public Callable<Sigmoid> {
 public:
  Variable forward(const Variable& x) const { return sigmoid(x); }
  void visit(Visitor&) const override {}
};

class LogSigmoid : public Callable<LogSigmoid> {
 public:
  Variable forward(const Variable& x) const { return logsigmoid(x); }
  void visit(Visitor&) const override {}
};

class SELU : public Callable<SELU> {
 public:
  Variable forward(const Variable& x) const { return selu(x); }
  void visit(Visitor&) const override {}
};

class Hardswish : public Callable<Hardswish> {
 public:
  Variable forward(const Variable& x) const { return hardswish(x); }
  void visit(Visitor&) const override {}
};

class GELU : public Callable<GELU> {
 public:
  explicit GELU(Gelu approximate = Gelu::exact) : approximate(approximate) {}
  Variable forward(const Variable& x) const { return gelu(x, approximate); }
  void visit(Visitor&) const override {}
  std::string extra_repr() const override;

  Gelu approximate;
};

class ELU : public Callable<ELU> {
 public:
  explicit ELU(double alpha = 1) : alpha(alpha) {}
  Variable forward(const Variable& x) const { return elu(x, alpha); }
  void visit(Visitor&) const override {}
  std::string extra_repr() const override;

  double alpha;
};

class LeakyReLU : public Callable<LeakyReLU> {
 public:
  explicit LeakyReLU(double negative_slope = 0.01) : negative_slope(negative_slope) {}
  Variable forward(const Variable& x) const { return leaky_relu(x, negative_slope); }
  void visit(Visitor&) const override {}
  std::string extra_repr() const override;

  double negative_slope;
};

class Softplus : public Callable<Softplus> {
 public:
  explicit Softplus(double beta = 1, double threshold = 20) : beta(beta), threshold(threshold) {}
  Variable forward(const Variable& x) const { return softplus(x, beta, threshold); }
  void visit(Visitor&) const override {}
  std::string extra_repr() const override;

  double beta, threshold;
};

class Softmax : public Callable<Softmax> {
 public:
  explicit Softmax(Dim dim) : dim(dim) {}
  Variable forward(const Variable& x) const { return softmax(x, dim); }
  void visit(Visitor&) const override {}
  std::string extra_repr() const override;

  Dim dim;
};

}  // namespace xgrad::nn
