#pragma once

namespace xgrad::kernels {

/// Does part i of a loop that several threads share.
using Part = void (*)(const void* context, int i);

/// Calls `part(context, i)` for each i in [0, parts), in any order and on any free thread. Returns when all
/// parts are done. The first exception of a part is thrown again here. This thread does all parts itself
/// inside a part of another loop, and while another thread's loop has the workers.
void run_parts(int parts, Part part, const void* context);

/// Whether this thread is doing a part.
bool is_in_part();

}  // namespace xgrad::kernels
