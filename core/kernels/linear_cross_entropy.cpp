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

// Calls `visit(piece, begin, end)` with rows [begin, end) of W, for all of W. If it `rounds`, the piece is in
// bfloat16, and no copy of the whole of W is in memory.
template <class Visit>
void for_pieces_of_weight(const Tensor& weight, bool rounds, const Visit& visit) {
  constexpr std::int64_t numbers = 4 << 20, whole_tiles = 64;  // 8 MiB in bfloat16
  const std::int64_t classes = weight.size(0), width = std::max<std::int64_t>(1, weight.size(1));
  const std::int64_t step =
      rounds ? std::max(whole_tiles, numbers / width / whole_tiles * whole_tiles) : classes;
  for (std::int64_t begin = 0; begin < classes; begin += step) {
    const std::int64_t end = std::min(classes, begin + step);
    const Tensor piece = weight.slice(0, begin, end);
    visit(rounds ? rounded_once(piece) : piece, begin, end);
  }
}

}  // namespace

LinearCrossEntropy linear_cross_entropy(const LinearClasses& of, const Tensor& g,
                                        LinearCrossEntropyWants wants) {
  const std::int64_t count = of.targets.numel(), classes = of.weight.size(0),
                     parts = count_of_parts(count, classes);
  // The products of each part of the rows read W twice. With one part, W is rounded piece by piece, twice,
  // and no whole copy is in memory. With more, it is rounded once.
  const bool mixed = of.x.dtype() == bfloat16, rounds = mixed && of.weight.dtype() != bfloat16;
  const bool rounds_pieces = rounds && parts == 1;
  const Tensor weight = rounds && !rounds_pieces ? rounded_once(of.weight) : of.weight;
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
    const Tensor z = empty({rows(x).size(0), classes}, dtype);  // (rows, V)
    for_pieces_of_weight(weight, rounds_pieces, [&](const Tensor& w, std::int64_t begin, std::int64_t end) {
      const Tensor b = of.bias.defined() ? of.bias.slice(0, begin, end) : of.bias;
      linear_into(rows(x), w, b, z.slice(1, begin, end));
    });
    const auto loss = cross_entropy(z, rows(targets), of.ignore_index, of.label_smoothing);
    copy(loss.losses, rows(out.losses));
    if (!g.defined()) continue;
    const Tensor& dz = z;  // the same memory
    cross_entropy_backward(rows(g_n), z, rows(targets), loss.max_and_sum, of.ignore_index, of.label_smoothing,
                           dz);
    if (wants.db) add_into(out.db, sum(dz, only_dim(0), false), 1);
    const Tensor read_dz = mixed ? rounded_in_place(dz) : dz;  // as the products read it
    if (wants.dx) {
      for_pieces_of_weight(weight, rounds_pieces, [&](const Tensor& w, std::int64_t begin, std::int64_t end) {
        matmul_into(read_dz.slice(1, begin, end), w, rows(out.dx), 1, /*beta=*/begin > 0);
      });
    }
    if (wants.dw) matmul_into(read_dz.mT(), rows(x), out.dw, 1, /*beta=*/part > 0);
  }
  return {out.losses.reshape(of.targets.shape()), wants.dx ? out.dx.reshape(of.x.shape()) : out.dx, out.dw,
          out.db};
}

}  // namespace xgrad::kernels
