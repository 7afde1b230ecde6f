#include "run.hpp"

#include <csignal>
#include <iostream>
#include <stdexcept>
#include <system_error>

namespace {

volatile std::sig_atomic_t asked_to_stop = 0;

void ask_to_stop(int signal) {
  asked_to_stop = 1;
  std::signal(signal, SIG_DFL);
}

}  // namespace

RunFolder::RunFolder(const std::filesystem::path& folder) : folder_(folder) {
  std::error_code error;
  std::filesystem::create_directories(folder_, error);
  if (error) throw std::runtime_error("cannot make the folder " + folder_.string() + ": " + error.message());
  metrics_.open(metrics_path(), std::ios::trunc);
  if (!metrics_) throw std::runtime_error("cannot write to " + metrics_path().string());
}

void RunFolder::log(const nlohmann::json& line) {
  metrics_ << line.dump() << std::endl;
  if (!metrics_ && !warned_) {
    std::cerr << "warning: cannot write to " << metrics_path().string()
              << " any more; training goes on without it\n";
    warned_ = true;
  }
}

void RunFolder::save(const xgrad::nn::Module& model) const { model.save(model_path()); }

bool interrupted() { return asked_to_stop != 0; }

void watch_for_interrupt() {
  std::signal(SIGINT, ask_to_stop);
  std::signal(SIGTERM, ask_to_stop);
}
