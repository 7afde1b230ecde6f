// Row functions that take several rows at a time: a row's bits do not depend on the rows beside it.
#include "support.hpp"

#include <functional>
#include <string>

#include <xgrad/core/ops/normalization.hpp>
#include <xgrad/core/ops/softmax.hpp>
#include <xgrad/core/tensor/factories.hpp>
#include <xgrad/core/tensor/generator.hpp>

using namespace xgrad;

TEST_CASE("softmax, layer_norm: a row alone has the same bits as among others") {
  struct Op {
    const char* name;
    std::function<Tensor(const Tensor&)> f;
  };
  const Op ops[] = {
      {"softmax", [](const Tensor& x) { return softmax(x, -1).value(); }},
      {"layer_norm", [](const Tensor& x) { return layer_norm(x).value(); }},
  };
  manual_seed(0);
  for (const DType dtype : {float32, float64}) {
    for (std::int64_t n = 1; n <= 70; ++n) {
      const Tensor x = randn({7, n}, dtype);
      x.select(0, 2).mul_(1e4);
      x.select(0, 5).fill_(1e30);  // its squares overflow in float32
      for (const Op& op : ops) {
        CAPTURE(std::string(op.name));
        CAPTURE(n);
        const Tensor all = op.f(x);
        for (std::int64_t r = 0; r < 7; ++r) CHECK(equal(all.slice(0, r, r + 1), op.f(x.slice(0, r, r + 1))));
      }
    }
  }
}
