#pragma once

// For tests of programs.

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <functional>
#include <string>
#include <vector>

#include <doctest/doctest.h>

namespace xgrad {

/// A program that runs beside the test, with its output in strings.
class Process {
 public:
  /// `prepare` runs first, in the new process.
  explicit Process(
      const std::string& program, const std::vector<std::string>& arguments,
      const std::function<void()>& prepare = [] {}) {
    std::vector<char*> argv{const_cast<char*>(program.c_str())};
    for (const std::string& argument : arguments) argv.push_back(const_cast<char*>(argument.c_str()));
    argv.push_back(nullptr);
    std::array<int, 2> out{}, err{};
    REQUIRE(::pipe2(out.data(), O_CLOEXEC) == 0);
    REQUIRE(::pipe2(err.data(), O_CLOEXEC) == 0);
    id_ = ::fork();
    if (id_ == 0) {
      for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGPIPE}) ::signal(signal, SIG_DFL);
      ::dup2(out[1], STDOUT_FILENO);
      ::dup2(err[1], STDERR_FILENO);
      ::alarm(100);  // ends a program that hangs
      prepare();
      ::execv(argv[0], argv.data());
      ::_exit(127);
    }
    ::close(out[1]);
    ::close(err[1]);
    out_ = out[0];
    err_ = err[0];
  }
  ~Process() {
    if (id_ > 0) end(SIGKILL);
    close_output();
    ::close(err_);
  }
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  /// Reads its standard output until it contains `text` or ends.
  void wait_for(const std::string& text) {
    while (output.find(text) == std::string::npos && read_some(out_, output)) continue;
  }
  void close_output() {
    if (out_ >= 0) ::close(out_);
    out_ = -1;
  }
  /// Sends a signal, if it is not 0, and returns the exit status, or minus the signal that ended it.
  int end(int signal = 0) {
    if (signal != 0) ::kill(id_, signal);
    while (out_ >= 0 && read_some(out_, output)) continue;
    while (read_some(err_, errors)) continue;
    int status = 0;
    ::waitpid(id_, &status, 0);
    id_ = -1;
    return WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status);
  }

  std::string output, errors;

 private:
  static bool read_some(int file, std::string& text) {
    std::array<char, 4096> part;
    const ssize_t count = ::read(file, part.data(), part.size());
    if (count > 0) text.append(part.data(), static_cast<std::size_t>(count));
    return count > 0;
  }

  pid_t id_ = -1;
  int out_ = -1, err_ = -1;
};

}  // namespace xgrad
