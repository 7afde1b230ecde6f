// An include that points upwards: the test layers_upward expects scripts/check_layers.py to find it.
#include <xgrad/core/ops/high.hpp>
