#include "../base/low.hpp"
