#pragma once

// Batch<T>, a few numbers that are computed at once: xsimd's batch, or without xsimd one of the compiler's
// vectors. Both headers define the same names. For rows/*.cpp only.

#ifdef XGRAD_HAVE_XSIMD
#include <xgrad/core/rows/batch_xsimd.hpp>
#else
#include <xgrad/core/rows/batch_vector.hpp>
#endif
