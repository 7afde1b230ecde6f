#include <xgrad/nn/embedding.hpp>

#include <xgrad/core/ops/embedding.hpp>
#include <xgrad/core/tensor/factories.hpp>

namespace xgrad::nn {

Embedding::Embedding(std::int64_t num_embeddings, std::int64_t embedding_dim, DType dtype,
                     Generator& generator)
    : weight(randn({num_embeddings, embedding_dim}, dtype, generator), /*requires_grad=*/true) {}

Variable Embedding::forward(const Variable& indices) const { return embedding(indices, weight); }

void Embedding::visit(Visitor& visitor) const { visitor("weight", weight); }

}  // namespace xgrad::nn
