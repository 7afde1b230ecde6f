#include <xgrad/training/json_line.hpp>

#include <cmath>
#include <type_traits>

#include <xgrad/core/base/number_text.hpp>
#include <xgrad/core/io/safetensors_text.hpp>

namespace xgrad::training {
namespace {

std::string json(double value) {
  if (!std::isfinite(value)) return "null";
  return number_text(value);
}
std::string json(std::int64_t value) { return std::to_string(value); }
std::string json(bool value) { return value ? "true" : "false"; }
std::string json(const std::string& value) { return safetensors::quoted(value); }

}  // namespace

std::string json_line(const Fields& fields) {
  std::string line = "{";
  for (const auto& [name, value] : fields) {
    if (line.size() > 1) line += ',';
    line += safetensors::quoted(name) + ':' + std::visit([](const auto& v) { return json(v); }, value);
  }
  return line + "}\n";
}

}  // namespace xgrad::training
