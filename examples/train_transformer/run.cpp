#include "run.hpp"

#include <cerrno>
#include <iostream>
#include <stdexcept>
#include <string>
#include <system_error>

namespace fs = std::filesystem;

namespace {

constexpr const char* model_name = "model.safetensors";

fs::path without_model(const fs::path& folder) {
  const fs::path named = folder.has_filename() ? folder : folder.parent_path();
  fs::path path = folder;
  std::error_code error;
  for (int number = 2; fs::exists(path / model_name, error); ++number) {
    path = named;
    path += "-";
    path += std::to_string(number);
  }
  return path;
}

}  // namespace

RunFolder::RunFolder(const fs::path& folder) : folder_(without_model(folder)) {
  std::error_code error;
  fs::create_directories(folder_, error);
  if (error) throw std::runtime_error("cannot make the folder " + folder_.string() + ": " + error.message());
  metrics_.open(metrics_path(), std::ios::trunc);
  if (!metrics_) {
    throw std::runtime_error("cannot write to " + metrics_path().string() + ": " +
                             std::system_category().message(errno));
  }
}

void RunFolder::log(const nlohmann::json& line) {
  metrics_ << line.dump() << std::endl;
  if (!metrics_ && !warned_) {
    std::cerr << "warning: cannot write to " << metrics_path().string()
              << " any more; training goes on without it\n";
    warned_ = true;
  }
}

fs::path RunFolder::model_path() const { return folder_ / model_name; }

void RunFolder::save(const xgrad::nn::Module& model,
                     const std::map<std::string, std::string>& metadata) const {
  xgrad::save_safetensors(model_path(), model.state_dict(), metadata);
}
