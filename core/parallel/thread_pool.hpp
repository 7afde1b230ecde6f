#pragma once

namespace xgrad {

/// One part of a loop that several threads share.
using Part = void (*)(const void* context, int i);

/// Calls `part(context, i)` for each i in [0, parts), in any order and on whichever threads are free. Returns
/// when all are done. The first exception of a part is thrown again here. Inside of a part, and where another
/// thread's loop has the workers, this thread does all parts itself.
void run_parts(int parts, Part part, const void* context);

/// Whether this thread is doing a part.
bool is_in_part();

}  // namespace xgrad
