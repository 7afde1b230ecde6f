#pragma once

/// From now on a signal asks to stop: SIGINT (Ctrl-C), SIGTERM, SIGHUP (the terminal has closed), SIGPIPE
/// (nobody reads the output any more), SIGXCPU (the processor time is used up). After the first of them,
/// another SIGINT or SIGTERM ends the program at once. A signal that was ignored before stays ignored, as
/// SIGHUP is under nohup. A file that grows beyond the limit of `ulimit -f` is an error of the write, not a
/// signal.
void watch_for_interrupt();

/// True once a signal has asked to stop.
bool interrupted();

/// The first signal that asked to stop; 0 before.
int interrupt_signal();
