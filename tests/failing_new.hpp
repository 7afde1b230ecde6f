#pragma once

#include <cstdint>

namespace xgrad {

/// As long as it lives, the n-th call of operator new fails; with `lasting`, all later ones fail, too.
class FailingNew {
 public:
  FailingNew(std::int64_t n, bool lasting);
  ~FailingNew();
  FailingNew(const FailingNew&) = delete;
  FailingNew& operator=(const FailingNew&) = delete;

  bool was_reached() const;
  void stop();  ///< from now on, none fails

 private:
  bool was_reached_ = false;
};

/// The number of blocks that operator new has given out and operator delete has not got back.
std::int64_t live_allocations();

}  // namespace xgrad
