#pragma once

#include "calls.hpp"

namespace xgrad::web {

/// Why the scale: 16 random heads read the sentence with d = 4, 16, 64 and 256, without and with 1 / √d. Of
/// each: the usual size of the scores, the mean largest weight of a row, the mean entropy of a row in bits,
/// and the mean size of the gradient that a backward pass brings to the scores. Takes "text" and "seed".
Json attention_scale(const Json& arguments);

/// Why the mask: without it and with it, the weights, the share of each row that lies on later words, and the
/// change of each word's context when the last word becomes `last`. There is no padding. Takes the arguments
/// of "attention" and "last".
Json attention_mask(const Json& arguments);

}  // namespace xgrad::web
