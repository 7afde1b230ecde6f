#include "graphviz.hpp"

#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <memory>
#include <stdexcept>
#include <system_error>

#include <xgrad/core/io/atomic_file.hpp>

extern char** environ;

namespace {

using TemporaryFile = std::unique_ptr<std::FILE, int (*)(std::FILE*)>;

[[noreturn]] void fail(const std::string& text) {
  throw std::runtime_error("cannot draw with Graphviz: " + text);
}

TemporaryFile temporary_file() {
  TemporaryFile file(std::tmpfile(), std::fclose);
  if (!file) fail(std::system_category().message(errno));
  return file;
}

// Runs `dot -Tsvg` with files as its standard input and output; the exit status.
int run_dot(std::FILE* in, std::FILE* out) {
  posix_spawn_file_actions_t files;
  posix_spawn_file_actions_init(&files);
  posix_spawn_file_actions_adddup2(&files, ::fileno(in), STDIN_FILENO);
  posix_spawn_file_actions_adddup2(&files, ::fileno(out), STDOUT_FILENO);
  std::string program = "dot", format = "-Tsvg";
  const std::array<char*, 3> arguments{program.data(), format.data(), nullptr};
  pid_t id = 0;
  const int error = ::posix_spawnp(&id, "dot", &files, nullptr, arguments.data(), environ);
  posix_spawn_file_actions_destroy(&files);
  if (error == ENOENT) fail("its program dot is not installed (on Debian: apt-get install graphviz)");
  if (error != 0) fail(std::system_category().message(error));
  int status = 0;
  while (::waitpid(id, &status, 0) < 0 && errno == EINTR) {
  }
  return status;
}

}  // namespace

void write_svg(const std::string& graph, const std::filesystem::path& path) {
  const TemporaryFile in = temporary_file(), out = temporary_file();
  if (std::fwrite(graph.data(), 1, graph.size(), in.get()) != graph.size() || std::fflush(in.get()) != 0)
    fail(std::system_category().message(errno));
  std::rewind(in.get());
  if (run_dot(in.get(), out.get()) != 0) fail("its program dot has failed");

  std::rewind(out.get());
  xgrad::AtomicFile svg("write_svg", path);
  std::array<char, 1 << 14> part;
  while (const std::size_t count = std::fread(part.data(), 1, part.size(), out.get()))
    svg.write(part.data(), count);
  svg.commit();
}
