#include <doctest/doctest.h>

#include <memory>
#include <vector>

#include <xgrad/core/memory/pool.hpp>
#include <xgrad/core/tensor/storage.hpp>
#include <xgrad/core/tensor/tensor.hpp>

using namespace xgrad;

namespace {

std::size_t bytes_in_use() { return pool_stats().in_use; }

}  // namespace

TEST_CASE("a storage is shared, counted and has a version; adopted memory is kept alive and not freed") {
  const std::size_t before = bytes_in_use();
  {
    StoragePtr a = StoragePtr::allocate(100);
    CHECK(a.is_unique());
    CHECK(a->bytes() == 100);
    const StoragePtr b = a;
    CHECK_FALSE(a.is_unique());
    CHECK(a == b);
    b->bump_version();
    CHECK(a->version() == 1);
    a = StoragePtr();
    CHECK_FALSE(static_cast<bool>(a));
    CHECK(b.is_unique());

    const auto owner = std::make_shared<std::vector<float>>(6, 2.f);
    {
      const Tensor x(StoragePtr::adopt(owner->data(), 24, owner), {2, 3}, contiguous_strides({2, 3}), 0,
                     float32);
      CHECK(owner.use_count() == 2);
      x.at({1, 2}) = 5;
      CHECK(owner->back() == 5.f);
    }
    CHECK(owner.use_count() == 1);

    std::array<float, 4> unowned{1, 2, 3, 4};
    CHECK(Tensor(StoragePtr::adopt(unowned.data(), 16, nullptr), {4}, {1}, 0, float32).at({3}) == 4.0);
  }
  CHECK(bytes_in_use() == before);
}
