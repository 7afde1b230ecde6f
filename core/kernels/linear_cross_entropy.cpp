#include <xgrad/core/kernels/linear_cross_entropy.hpp>

#include <algorithm>

#include <xgrad/core/kernels/arithmetic.hpp>
#include <xgrad/core/kernels/loss.hpp>
#include <xgrad/core/kernels/matmul.hpp>
#include <xgrad/core/kernels/reduce.hpp>
#include <xgrad/core/tensor/copy.hpp>
#include <xgrad/core/tensor/dispatch.hpp>
#include <xgrad/core/tensor/factories.hpp>
#include <xgrad/core/tensor/rounded.hpp>

namespace xgrad::kernels {
namespace {

// How many parts the rows are cut into, all of about one size. A part's logits take up to 4 MiB in float32,
// or more if there would be fewer than `worth_a_part` rows: each part reads W twice and adds to the whole of
// dW. For GPT-2's head, parts of 128 rows took 4 % more time than parts of 256, and parts of 32 took 31 %
// more.
std::int64_t count_of_parts(std::int64_t rows, std::int64_t classes) {
  constexpr std::int64_t logits = 1 << 20, worth_a_part = 256;
  const std::int64_t most = std::max(worth_a_part, logits / classes);
  return std::max<std::int64_t>(1, (rows + most - 1) / most);
}

}  // namespace

LinearCrossEntropy linear_cross_entropy(const LinearClasses& of, const Tensor& g,
                                        LinearCrossEntropyWants wants) {
  const Tensor &weight = of.weight, &bias = of.bias;
  const std::int64_t count = of.targets.numel(), classes = weight.size(0),
                     parts = count_of_parts(count, classes);
  const Tensor x = of.x.reshape({count, weight.size(1)}), targets = of.targets.reshape({count});
  const Tensor g_n = g.defined() ? g.reshape({count}) : g;
  const DType dtype = product_dtype(x);
  const LinearCrossEntropy out{.losses = empty({count}, dtype),
                               .dx = wants.dx ? empty(x.shape(), dtype) : Tensor(),
                               .dw = wants.dw ? empty(weight.shape(), dtype) : Tensor(),
                               .db = wants.db ? zeros({classes}, dtype) : Tensor()};
  for (std::int64_t part = 0; part < parts; ++part) {
    const auto rows = [&](const Tensor& all) {
      return all.slice(0, count * part / parts, count * (part + 1) / parts);
    };
    const Tensor z = linear(rows(x), weight, bias);  // (rows, V)
    const auto loss = cross_entropy(z, rows(targets), of.ignore_index, of.label_smoothing);
    copy(loss.losses, rows(out.losses));
    if (!g.defined()) continue;
    const Tensor& dz = z;  // the same memory
    cross_entropy_backward(rows(g_n), z, rows(targets), loss.max_and_sum, of.ignore_index, of.label_smoothing,
                           dz);
    const Tensor read_dz = x.dtype() == bfloat16 ? rounded_once(dz) : dz;  // as the products read it
    if (wants.dx) matmul_into(read_dz, weight, rows(out.dx), 1, /*beta=*/0);
    if (wants.dw) matmul_into(read_dz.mT(), rows(x), out.dw, 1, /*beta=*/part > 0);
    if (wants.db) add_into(out.db, sum(dz, only_dim(0), false), 1);
  }
  return {out.losses.reshape(of.targets.shape()), wants.dx ? out.dx.reshape(of.x.shape()) : out.dx, out.dw,
          out.db};
}

}  // namespace xgrad::kernels
