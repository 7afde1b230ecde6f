#pragma once

/// From now on Ctrl-C (or SIGTERM) asks to stop; a second time it ends the program at once.
void watch_for_interrupt();

/// True once somebody asked.
bool interrupted();
