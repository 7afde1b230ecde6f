#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>
#include <utility>

namespace xgrad {

/// Owns an open file's number, and closes the file at its end; −1 without one.
class OpenFile {
 public:
  explicit OpenFile(int number = -1) : number_(number) {}
  OpenFile(OpenFile&& other) noexcept : number_(other.release()) {}
  OpenFile& operator=(OpenFile&& other) noexcept {
    std::swap(number_, other.number_);
    return *this;
  }
  ~OpenFile();

  bool is_open() const { return number_ >= 0; }
  int number() const { return number_; }
  int release() { return std::exchange(number_, -1); }  ///< it stays open

 private:
  int number_;
};

/// A file that appears whole or not at all: bytes go to a new file beside `path`, and `commit()` puts that in
/// its place once the disk has it. Without a commit nothing is left of the new file, even if the program is
/// killed (where the file system has files without a name, as Linux's own do), and an older one is as it was.
/// A symbolic link stays, its target is replaced; a replaced file hands on its permissions.
class AtomicFile {
 public:
  /// Errors are `std::runtime_error` beginning with `[op] path: `.
  AtomicFile(std::string_view op, const std::filesystem::path& path);
  ~AtomicFile();
  AtomicFile(const AtomicFile&) = delete;
  AtomicFile& operator=(const AtomicFile&) = delete;

  void write(const void* bytes, std::size_t count);
  void commit();

 private:
  template <class Create>
  void give_name(const Create& create);  // to the new file
  [[noreturn]] void fail_errno(const char* what) const;

  std::string op_;
  std::filesystem::path path_, target_;
  std::filesystem::path aside_;  // the new file's name; empty without one
  OpenFile file_;
};

}  // namespace xgrad
