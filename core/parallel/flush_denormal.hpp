#pragma once

namespace xgrad {

/// Sets whether denormals count as 0. These are numbers so small that their significand has leading zeros:
/// below 1.2e-38 in float32 and 2.2e-308 in float64. If on, every op reads a denormal input as 0 and returns
/// 0 for a denormal result. Off at the start: many processors then take 100 times as long for an operation on
/// a denormal, which shows when gradients vanish.
///
/// Applies to this thread, and to the pool's threads while they work on its ops; PyTorch's function of the
/// same name leaves these out. Returns false and changes nothing if the processor cannot flush.
bool set_flush_denormal(bool flush);

namespace kernels {

bool flushes_denormals();  ///< in this thread

}  // namespace kernels
}  // namespace xgrad
