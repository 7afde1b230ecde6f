#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include <xgrad/core/tensor/named_tensors.hpp>
#include <xgrad/training/attention_maps.hpp>
#include <xgrad/training/json_line.hpp>

namespace xgrad::training {

/// The attention of a model on one input. All maps have the same queries and keys.
struct AttentionSample {
  std::string title;                 ///< such as "self-attention on 123+456="
  std::vector<std::string> queries;  ///< T_q tokens
  std::vector<std::string> keys;     ///< T_k tokens
  std::vector<AttentionMap> maps;    ///< of a batch of one: (1, H, T_q, T_k)
};

/// What the page about a training run shows.
struct Report {
  std::string title = {};
  std::string summary = {};  ///< one line below the title
  /// The lines of metrics.jsonl. `loss` and `validation_loss` share a chart; `grad_norm.LAYER` and
  /// `update_norm.LAYER` have one each; so has every other field with numbers in several steps. A number that
  /// comes once stands at the top of the page. A line with `sample` is a text that the model wrote in this
  /// step after `prompt`, which should be `expected` if that is given. A line with `finished` ends a run.
  std::vector<Fields> metrics = {};
  std::vector<Fields> timings = {};  ///< `seconds` and `tokens_per_second`, as in timings.jsonl
  std::string loss_unit = "nats per token";
  Fields configuration = {};
  Fields environment = {};
  NamedTensors parameters = {};
  std::vector<AttentionSample> attention = {};
};

/// The page as HTML: one file that needs no script, no font and no other file, for wide and narrow, light and
/// dark screens. All texts are escaped.
std::string report_html(const Report& report);

/// A report with the folder's path as its title, and the lines of metrics.jsonl and timings.jsonl in it.
/// Throws `std::runtime_error` that names a file that cannot be read.
Report read_report(const std::filesystem::path& folder);

/// Writes folder/report.html: whole or not at all. Throws `std::runtime_error` that names the file. Returns
/// its path.
std::filesystem::path write_report(const std::filesystem::path& folder, const Report& report);

}  // namespace xgrad::training
