#pragma once

namespace xgrad {

/// Whether denormals count as 0: numbers so small that their significand has leading zeros, below 1.2e-38 in
/// float32 and 2.2e-308 in float64. On, every op takes those in its inputs for 0, and gives 0 where a result
/// would be one. Off at the start; many processors then take 100 times as long for an operation on a denormal
/// as for another, which shows where gradients vanish.
///
/// Holds for this thread, and for the pool's threads while they work on its ops. Returns false, and changes
/// nothing, where the processor cannot flush. PyTorch's function of the same name leaves out the other
/// threads.
bool set_flush_denormal(bool flush);

namespace kernels {

bool flushes_denormals();  ///< in this thread

}  // namespace kernels
}  // namespace xgrad
