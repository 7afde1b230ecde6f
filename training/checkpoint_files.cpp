#include <xgrad/training/checkpoint_files.hpp>

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <stdexcept>
#include <string_view>
#include <system_error>

#include <xgrad/core/base/error.hpp>
#include <xgrad/core/io/safetensors.hpp>

namespace fs = std::filesystem;

namespace xgrad::training {
namespace {

constexpr std::string_view prefix = "checkpoint-", suffix = ".safetensors";

// The step in such a file's name.
std::optional<std::int64_t> step_in(const std::string& name) {
  if (name.size() <= prefix.size() + suffix.size() || !name.starts_with(prefix) || !name.ends_with(suffix))
    return {};
  const char* const end = name.data() + name.size() - suffix.size();
  std::int64_t step = -1;
  const auto [stop, error] = std::from_chars(name.data() + prefix.size(), end, step);
  return error == std::errc() && stop == end && step >= 0 ? std::optional(step) : std::nullopt;
}

// A checkpoint with the tensors of all its parts, and its path.
struct Found {
  fs::path path;
  Checkpoint checkpoint;
};

std::optional<Found> find_newest(const fs::path& folder, const Warn& warn) {
  std::string problems;
  for (const auto& [step, path] : checkpoints_in(folder)) {
    try {
      Found found{path, load_checkpoint(path)};
      if (!problems.empty())
        warn(problems + "\nthe checkpoint of step " + std::to_string(step) + " is taken");
      return found;
    } catch (const std::runtime_error& error) {
      problems += (problems.empty() ? "" : "\n") + std::string(error.what());
    }
  }
  if (problems.empty()) return {};
  fail_state("checkpoint", "no checkpoint in ", folder.string(), " can be read:\n", problems);
}

SavedModel model_of(Found found) {
  return {std::move(found.path), found.checkpoint.step, found.checkpoint.part("model"),
          std::move(found.checkpoint.metadata)};
}

}  // namespace

void warn_on_stderr(const std::string& text) { std::fprintf(stderr, "warning: %s\n", text.c_str()); }

fs::path model_path(const fs::path& folder) { return folder / "model.safetensors"; }

fs::path checkpoint_path(const fs::path& folder, std::int64_t step) {
  std::string number = std::to_string(step);
  if (number.size() < 6) number.insert(0, 6 - number.size(), '0');
  return folder / (std::string(prefix) + number + std::string(suffix));
}

std::vector<std::pair<std::int64_t, fs::path>> checkpoints_in(const fs::path& folder) {
  std::vector<std::pair<std::int64_t, fs::path>> checkpoints;
  std::error_code none;  // a folder that cannot be read has none
  for (fs::directory_iterator entry(folder, none), end; entry != end; entry.increment(none)) {
    const std::optional<std::int64_t> step = step_in(entry->path().filename().string());
    if (step) checkpoints.emplace_back(*step, entry->path());
  }
  std::sort(checkpoints.rbegin(), checkpoints.rend());
  return checkpoints;
}

std::optional<Checkpoint> newest_checkpoint(const fs::path& folder, const Warn& warn) {
  std::optional<Found> found = find_newest(folder, warn);
  return found ? std::optional(std::move(found->checkpoint)) : std::nullopt;
}

SavedModel load_saved_model(const fs::path& run, const Warn& warn) {
  std::error_code none;
  fs::path path = run;
  if (fs::is_directory(run, none)) {
    path = model_path(run);
    if (!fs::exists(path, none)) {
      std::optional<Found> found = find_newest(run, warn);
      if (!found)
        fail_state("load_saved_model", run.string(), ": the folder holds no model and no checkpoint");
      return model_of(std::move(*found));
    }
  }
  SafetensorsFile file = load_safetensors(path);
  if (is_checkpoint(file.metadata)) return model_of({path, load_checkpoint(path)});
  return {std::move(path), {}, std::move(file.tensors), std::move(file.metadata)};
}

}  // namespace xgrad::training
