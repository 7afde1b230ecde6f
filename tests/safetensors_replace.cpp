// A saved file replaces the older one completely or not at all.

#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <xgrad/core/io/atomic_file.hpp>
#include <xgrad/core/io/safetensors.hpp>
#include <xgrad/core/tensor/factories.hpp>

#include "safetensors_files.hpp"
#include "support.hpp"

using namespace xgrad;
namespace fs = std::filesystem;

TEST_CASE("a full disk leaves the older file unchanged and no other file") {
  const Folder folder;
  const fs::path path = folder.path / "x.safetensors";
  save_safetensors(path, {{"w", arange(4)}});
  const std::string before = read_file(path);

  const auto old_handler =
      ::signal(SIGXFSZ, SIG_IGN);  // so that a write beyond the limit fails like a full disk
  rlimit old_limit{};
  ::getrlimit(RLIMIT_FSIZE, &old_limit);
  const rlimit small{4096, old_limit.rlim_max};
  ::setrlimit(RLIMIT_FSIZE, &small);
  std::string text;
  try {
    save_safetensors(path, {{"w", zeros({5000})}});
  } catch (const std::runtime_error& error) {
    text = error.what();
  }
  ::setrlimit(RLIMIT_FSIZE, &old_limit);
  ::signal(SIGXFSZ, old_handler);

  CHECK(text == "[save_safetensors] " + path.string() + ": cannot be written: File too large");
  CHECK(read_file(path) == before);
  CHECK(folder.files() == 1);
}

TEST_CASE("a program that ends while it saves leaves the older file and no other file") {
  const Folder folder;
  const int nameless = ::open(folder.path.c_str(), O_TMPFILE | O_WRONLY, 0600);
  if (nameless < 0) return;  // this file system has no files without a name
  ::close(nameless);
  const fs::path path = folder.path / "x";
  write_file(path, "old");
  const pid_t child = ::fork();
  if (child == 0) {
    AtomicFile file("test", path);
    file.write("new", 3);
    ::_exit(0);
  }
  ::waitpid(child, nullptr, 0);
  CHECK(read_file(path) == "old");
  CHECK(folder.files() == 1);
}

TEST_CASE("saving keeps symbolic links and permissions") {
  const Folder folder;
  const fs::path target = folder.path / "target", link = folder.path / "link";
  const mode_t old_mask = ::umask(027);
  save_safetensors(target, {{"w", arange(4)}});
  ::umask(old_mask);
  CHECK(fs::status(target).permissions() == static_cast<fs::perms>(0640));

  fs::permissions(target, static_cast<fs::perms>(0604));
  fs::create_symlink("target", link);
  save_safetensors(link, {{"w", arange(5)}});
  CHECK(fs::is_symlink(link));
  CHECK(load_safetensors(target).tensors[0].second.numel() == 5);
  CHECK(fs::status(target).permissions() == static_cast<fs::perms>(0604));

  fs::remove(target);  // a link to nothing yet
  save_safetensors(link, {{"w", arange(6)}});
  CHECK(fs::is_symlink(link));
  CHECK(load_safetensors(target).tensors[0].second.numel() == 6);

  const fs::path old_directory = fs::current_path();
  fs::current_path(folder.path);
  save_safetensors("relative", {{"w", arange(7)}});
  fs::current_path(old_directory);
  CHECK(load_safetensors(folder.path / "relative").tensors[0].second.numel() == 7);
}
