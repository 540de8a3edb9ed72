#include "cli/terminal.hpp"

#include <algorithm>
#include <cerrno>

#include <poll.h>
#include <sys/ioctl.h>
#include <unistd.h>

namespace p2p {
namespace {

constexpr std::size_t most_columns = 1000;

std::string painted(Colour colour, std::string_view text) {
  const char* code = "";
  switch (colour) {
    case Colour::none: return std::string(text);
    case Colour::bold: code = "1"; break;
    case Colour::dim: code = "2"; break;
    case Colour::red: code = "31"; break;
    case Colour::green: code = "32"; break;
    case Colour::yellow: code = "33"; break;
    case Colour::cyan: code = "36"; break;
  }
  return "\x1b[" + std::string(code) + 'm' + std::string(text) + "\x1b[0m";
}

}  // namespace

const int Terminal::pipe_closed = EPIPE;

Terminal::Facts Terminal::look(std::size_t columns) {
  Facts facts;
  facts.out_is_terminal = ::isatty(STDOUT_FILENO) == 1;
  facts.err_is_terminal = ::isatty(STDERR_FILENO) == 1;
  facts.in_is_terminal = ::isatty(STDIN_FILENO) == 1;
  winsize size{};
  if (facts.out_is_terminal && ::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
    facts.columns = size.ws_col;
  else if (columns > 0)
    facts.columns = columns;
  else if (!facts.out_is_terminal)
    facts.columns = most_columns;  // a program reads it: nothing is cut
  facts.columns = std::clamp<std::size_t>(facts.columns, 40, most_columns);
  return facts;
}

int Terminal::write(int fd, std::string_view text) {
  while (!text.empty()) {
    const ssize_t count = ::write(fd, text.data(), text.size());
    if (count > 0) text.remove_prefix(static_cast<std::size_t>(count));
    if (count >= 0 || errno == EINTR) continue;
    if (errno != EAGAIN) return errno;
    pollfd room{fd, POLLOUT, 0};  // somebody made it non-blocking for us
    ::poll(&room, 1, -1);
  }
  return 0;
}

void Terminal::out(std::string_view text) {
  if (out_error_ == 0) out_error_ = write(STDOUT_FILENO, text);
}

void Terminal::say(std::string_view text) {
  if (!quiet_) err(text);
}

void Terminal::err(std::string_view text) { (void)write(STDERR_FILENO, text); }

bool Terminal::out_has_colour() const noexcept {
  return colour_ == ColourWish::always || (colour_ == ColourWish::automatic && facts_.out_is_terminal);
}

std::string Terminal::paint_out(Colour colour, std::string_view text) const {
  return painted(out_has_colour() ? colour : Colour::none, text);
}

std::string Terminal::paint_err(Colour colour, std::string_view text) const {
  const bool wanted =
      colour_ == ColourWish::always || (colour_ == ColourWish::automatic && facts_.err_is_terminal);
  return painted(wanted ? colour : Colour::none, text);
}

}  // namespace p2p
