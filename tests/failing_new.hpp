#pragma once

#include <cstdint>

namespace xgrad {

/// While it lives, the n-th call of operator new from now on fails; with `lasting`, all later ones too.
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

/// What operator new has handed out and operator delete has not had back.
std::int64_t live_allocations();

}  // namespace xgrad
