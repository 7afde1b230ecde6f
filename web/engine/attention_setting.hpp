#pragma once

#include "attention_heads.hpp"
#include "calls.hpp"

namespace xgrad::web {

/// What the controls of the panel Attention say.
struct Setting {
  Sentence sentence;
  Heads heads;
  bool scaled;           ///< by 1 / √d
  bool causal;           ///< each word sees itself and the words before it
  std::int64_t padding;  ///< how many words at the end are padding, which no word sees

  double scale() const;
  nn::Mask mask() const;
};

/// From {"text": "...", "heads": ["random", ...], "d": 16, "scale": true, "mask": "causal" or "none",
/// "padding": 0, "seed": 0}.
Setting setting_of(const Json& arguments);

}  // namespace xgrad::web
