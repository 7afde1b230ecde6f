# Functions that `step` does not enter: the standard library's containers and pointers, and xgrad's smallest functions.
# std::function and std::invoke are not listed: a rule is called through them, and gdb would skip the rule as well.
skip -rfu ^std::(__)?(shared_ptr|weak_ptr|unique_ptr|vector|array|span|optional|pair|tuple|atomic|unique_lock|lock_guard)
skip -rfu ^std::(_Vector_base|_Sp_counted|__shared_count|__uniq_ptr|allocator|initializer_list|reference_wrapper|basic_string|char_traits)
skip -rfu ^std::(move|forward|swap|exchange|get|any_of|ref|operator)
skip -rfu ^__gnu_cxx::
skip -rfu ^xgrad::(SmallVector|GradientList|PoolAllocator|Counter|StoragePtr|Inputs|Keep|Dims|Scalar)
skip -rfu ^xgrad::(Replay|KernelReplay|Variable|Tensor|NoGradGuard|GradModeGuard)::~?(Replay|KernelReplay|Variable|Tensor|NoGradGuard|GradModeGuard)
skip -rfu ^xgrad::(Variable|Tensor)::(value|shape|dtype|dim|size|numel|defined|requires_grad|operator)
skip -rfu ^xgrad::Node::(id|op|shape|dtype|inputs|is_leaf)
skip -rfu ^xgrad::(check_defined|keep_for|grad_enabled|readable_rules|operator==)
