#include <xgrad/core/autograd/node_scope.hpp>

#include <sstream>
#include <utility>

namespace xgrad {

std::string NodeScope::place() const {
  std::ostringstream text;
  text << " (in " << part_ << ' ' << node_ << ')';
  if (outer()) text << outer()->place();  // a replay or a module around this one
  return std::move(text).str();
}

}  // namespace xgrad
