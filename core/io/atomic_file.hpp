#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>
#include <utility>

namespace xgrad {

/// Owns the number of an open file, and closes the file in the end. −1: no file.
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
  int release() { return std::exchange(number_, -1); }  ///< the file stays open

 private:
  int number_;
};

/// A file that appears whole or not at all. Bytes go to a new file beside `path`; `commit()` waits until the
/// disk has them and then puts the new file in the old one's place. Without a commit the old file stays as it
/// is and nothing is left of the new one, even if the program is killed (on Linux's own file systems, which
/// have files without a name). A symbolic link stays, and its target is replaced. The new file takes the
/// permissions of the old one.
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
  void give_name(const Create& create);  // gives the new file one
  [[noreturn]] void fail_errno(const char* what) const;

  std::string op_;
  std::filesystem::path path_, target_;
  std::filesystem::path aside_;  // the new file's name; empty without one
  OpenFile file_;
};

}  // namespace xgrad
