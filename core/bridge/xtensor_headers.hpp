#pragma once

// xtensor's headers. They are in one folder up to 0.25, and in several from 0.26 on. No other header of xgrad
// includes xtensor.

#if __has_include(<xtensor/containers/xarray.hpp>)
#include <xtensor/containers/xadapt.hpp>
#include <xtensor/containers/xarray.hpp>
#include <xtensor/core/xmath.hpp>
#include <xtensor/core/xnoalias.hpp>
#include <xtensor/views/xstrided_view.hpp>
#elif __has_include(<xtensor/xarray.hpp>)
#include <xtensor/xadapt.hpp>
#include <xtensor/xarray.hpp>
#include <xtensor/xmath.hpp>
#include <xtensor/xnoalias.hpp>
#include <xtensor/xstrided_view.hpp>
#else
#error "<xgrad/core/xtensor.hpp> needs xtensor (Debian: libxtensor-dev); the rest of xgrad does not"
// Ends the compilation, which #error alone does not. Not one of the headers above: GCC silently ignores an
// include that __has_include has not found.
#include <xtensor/xtensor.hpp>
#endif
