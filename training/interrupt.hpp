#pragma once

namespace xgrad::training {

/// From now on these signals ask the program to stop: SIGINT (Ctrl-C), SIGTERM, SIGHUP (the terminal has
/// closed), SIGPIPE (nobody reads the output), SIGXCPU (the processor time is used up). After the first of
/// them, another SIGINT or SIGTERM ends the program at once. A signal that was ignored before stays ignored,
/// such as SIGHUP under nohup. If a file grows beyond `ulimit -f`, the write fails; there is no signal.
void watch_for_interrupt();

/// True after a signal has asked to stop.
bool interrupted();

/// The first signal that asked to stop; 0 before.
int interrupt_signal();

}  // namespace xgrad::training
