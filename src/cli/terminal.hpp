// Terminal: the two streams of the program and what stands at their ends. stdout carries data, stderr talk.
// Colour goes only where it is wanted; a reader that went away (`| head -1`) is noticed and kept quiet about.
//
// Nobody else writes to stdout or stderr in a command that is no node.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace p2p {

enum class Colour { none, bold, dim, red, green, yellow, cyan };
enum class ColourWish { automatic, always, never };

class Terminal {
 public:
  struct Facts {
    bool out_is_terminal = false, err_is_terminal = false, in_is_terminal = false;
    std::size_t columns = 100;  ///< of a table
  };
  /// Of this process; `columns` is that of $COLUMNS, used when stdout is no terminal; 0: none given.
  [[nodiscard]] static Facts look(std::size_t columns);

  explicit Terminal(Facts facts) : facts_(facts) {}
  Terminal(const Terminal&) = delete;
  Terminal& operator=(const Terminal&) = delete;
  virtual ~Terminal() = default;

  [[nodiscard]] const Facts& facts() const noexcept { return facts_; }
  void set_colour(ColourWish wish) noexcept { colour_ = wish; }
  void set_quiet(bool quiet) noexcept { quiet_ = quiet; }

  /// Data, to stdout.
  void out(std::string_view text);
  /// Talk, to stderr; nothing with --quiet.
  void say(std::string_view text);
  /// What must be said, to stderr.
  void err(std::string_view text);

  /// `text` with its colour where `out` (or `err`) may show colour, else as it is.
  [[nodiscard]] std::string paint_out(Colour colour, std::string_view text) const;
  [[nodiscard]] std::string paint_err(Colour colour, std::string_view text) const;
  [[nodiscard]] bool out_has_colour() const noexcept;

  /// The reader of stdout is gone: nothing more is worth doing.
  [[nodiscard]] bool closed() const noexcept { return out_error_ == pipe_closed; }
  /// Why stdout could not be written to, as errno; 0: it could, or its reader is gone.
  [[nodiscard]] int out_error() const noexcept { return closed() ? 0 : out_error_; }

 protected:
  /// Writes all of it; 0, or errno.
  virtual int write(int fd, std::string_view text);

 private:
  static const int pipe_closed;
  Facts facts_;
  ColourWish colour_ = ColourWish::automatic;
  bool quiet_ = false;
  int out_error_ = 0;
};

}  // namespace p2p
