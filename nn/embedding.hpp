#pragma once

#include <xgrad/core/base/default_dtype.hpp>
#include <xgrad/core/tensor/generator.hpp>
#include <xgrad/nn/callable.hpp>

namespace xgrad::nn {

/// A table of vectors: indices (...) int64 in [0, num_embeddings) → (..., embedding_dim). The weight
/// (num_embeddings, embedding_dim) is drawn from N(0, 1), as in PyTorch.
class Embedding : public Callable<Embedding> {
 public:
  Embedding(std::int64_t num_embeddings, std::int64_t embedding_dim, DType dtype = get_default_dtype(),
            Generator& generator = default_generator());

  Variable forward(const Variable& indices) const;
  void visit(Visitor& visitor) const override;

  Variable weight;
};

}  // namespace xgrad::nn
