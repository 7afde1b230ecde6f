#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include <xgrad/core/io/atomic_file.hpp>

namespace xgrad::training {

/// A file that lines are appended to. What a full disk does not take is kept and written later.
class LineFile {
 public:
  /// Opens the file, or creates it. Not open, with `errno` set, if that fails.
  explicit LineFile(const std::filesystem::path& path);

  bool is_open() const { return file_.is_open(); }
  /// Locks the file as long as it is open; the system unlocks it if the program is killed. False if somebody
  /// else has the lock.
  bool lock() const;
  static bool is_locked(const std::filesystem::path& path);

  void append(const std::string& line);
  std::int64_t size() const { return written_ + static_cast<std::int64_t>(pending_.size()); }
  /// Makes the file this long, and drops what is pending. False if it is shorter, or on failure.
  bool cut(std::int64_t size);
  /// Drops what a program wrote of its last line when it was killed: the next line would continue it.
  void drop_partial_line();
  /// Waits until the disk has all lines. False, with an `error()`, if it does not take them.
  bool sync();
  bool ends_with(const std::string& text) const;
  int error() const { return error_; }  ///< the number of the error of the last write; 0: all is written

 private:
  void write_pending();

  OpenFile file_;
  std::int64_t written_ = 0;  // bytes in whole lines
  std::string pending_;
  int error_ = 0;
};

}  // namespace xgrad::training
