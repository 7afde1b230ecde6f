#pragma once

// All of xgrad but the xtensor bridge, <xgrad/core/xtensor.hpp>, which is opened by its own include.

#include <xgrad/core/factories.hpp>
#include <xgrad/core/gradcheck.hpp>
#include <xgrad/core/grad_mode.hpp>
#include <xgrad/core/ops/arithmetic.hpp>
#include <xgrad/core/ops/compare.hpp>
#include <xgrad/core/ops/dropout.hpp>
#include <xgrad/core/ops/indexing.hpp>
#include <xgrad/core/ops/join.hpp>
#include <xgrad/core/ops/loss.hpp>
#include <xgrad/core/ops/matmul.hpp>
#include <xgrad/core/ops/norm.hpp>
#include <xgrad/core/ops/pick.hpp>
#include <xgrad/core/ops/pointwise.hpp>
#include <xgrad/core/ops/reduce.hpp>
#include <xgrad/core/ops/softmax.hpp>
#include <xgrad/core/ops/views.hpp>
#include <xgrad/core/random.hpp>
#include <xgrad/core/tape.hpp>
#include <xgrad/core/tensor.hpp>
#include <xgrad/core/variable.hpp>
