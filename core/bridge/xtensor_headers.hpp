#pragma once

// xtensor's headers lie flat until 0.25 and in folders from 0.26 on.
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
// Ends the compilation, as #error alone does not. Not a header asked for above: GCC would pass over it in
// silence.
#include <xtensor/xtensor.hpp>
#endif
