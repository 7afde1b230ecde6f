#pragma once

// The bridge to xtensor: `#include <xgrad/core/xtensor.hpp>`. Users include this path; the code is in
// bridge/.

#include <xgrad/core/bridge/map_xt.hpp>
#include <xgrad/core/bridge/operators.hpp>
#include <xgrad/core/bridge/symbols.hpp>
#include <xgrad/core/bridge/xtensor.hpp>
#include <xgrad/core/ops/elementwise.hpp>
