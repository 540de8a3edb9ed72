#include "cli/doctor/programs.hpp"

#include <charconv>
#include <optional>

#include <fmt/format.h>

#include "base/clock.hpp"
#include "net/child_process.hpp"
#include "net/host_port.hpp"
#include "net/line_client.hpp"

namespace p2p {
namespace {

constexpr std::chrono::seconds patience{10};  // for a program that only says its version
constexpr std::chrono::milliseconds redis_patience{500};

std::string first_line(const std::string& text) { return text.substr(0, text.find('\n')); }

std::string reason_of(const Error& error) {
  const Value& reason = error.detail()["reason"];
  return reason.is_string() ? reason.as_string() : error.message();
}

void check_linker(Loop& loop, DoctorReport& report) {
  if (const auto linker = output_of(loop, {"ld.lld-19", "--version"}))
    return report.ok("linker", first_line(*linker));
  report.warn("linker", "ld.lld-19 is not installed: services in C++ do not link", "apt install lld-19");
}

std::optional<std::string> decoded(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      out += text[i];
      continue;
    }
    int number = 0;
    if (i + 2 >= text.size()) return std::nullopt;
    const char* digits = text.data() + i + 1;
    if (std::from_chars(digits, digits + 2, number, 16).ptr != digits + 2) return std::nullopt;
    out += static_cast<char>(number);
    i += 2;
  }
  return out;
}

/// As the Redis protocol writes a command.
std::string redis_command(std::initializer_list<std::string_view> words) {
  std::string text = fmt::format("*{}\r\n", words.size());
  for (const std::string_view word : words) text += fmt::format("${}\r\n{}\r\n", word.size(), word);
  return text;
}

LineQuestion question_for(const RedisAddress& address, std::string& text) {
  const bool known = !address.password.empty();
  if (known && address.user.empty()) text = redis_command({"AUTH", address.password});
  if (known && !address.user.empty()) text = redis_command({"AUTH", address.user, address.password});
  text += redis_command({"PING"});
  if (address.tls) text.clear();  // only whether somebody listens
  return {text, address.tls ? 0U : known ? 2U : 1U, redis_patience};
}

Result<std::string> ask(const RedisAddress& address) {
  std::string text;
  const LineQuestion question = question_for(address, text);
  if (!address.socket.empty()) return ask_lines(address.socket, question);
  const Result<Endpoint> place = resolve(HostPort{address.host, address.port});
  if (!place) return fail(place.error());
  return ask_lines(*place, question);
}

void judge_redis(const RedisAddress& address, const Result<std::string>& answer, DoctorReport& report) {
  constexpr std::string_view name = "redis";
  if (!answer)  // the default names one, and nobody misses it
    return report.ok(name, address.text() + " does not answer: " + reason_of(answer.error()) +
                               "; nothing uses it in this version");
  if (address.tls) return report.ok(name, address.text() + " listens (TLS, not asked further)");
  if (answer->find("+PONG") != answer->npos) return report.ok(name, address.text() + " answers");
  if (answer->find("-NOAUTH") != answer->npos || answer->find("-WRONGPASS") != answer->npos)
    return report.warn(name, address.text() + " refuses the password",
                       "REDIS_URL=redis://:PASSWORD@" + address.host);
  report.warn(name, address.text() + " answers, but not as Redis does: " + first_line(*answer),
              "name the right one in REDIS_URL");
}

}  // namespace

Result<std::string> output_of(Loop& loop, std::vector<std::string> command) {
  ChildSpec spec;
  spec.argv = std::move(command);
  spec.environment = {"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "LANG=C",
                      "LC_ALL=C"};
  spec.time_limit = patience;
  std::optional<Result<std::string>> answer;
  std::unique_ptr<ChildProcess> child;
  loop.post([&] {
    auto started = ChildProcess::start(loop, spec, [&](ChildResult end) {
      if (end.ok())
        answer.emplace(std::move(end.output));
      else
        answer.emplace(
            fail(Errc::unavailable, spec.argv.front() + " does not work: " + first_line(end.output)));
      loop.stop();
    });
    if (started) {
      child = *std::move(started);
    } else {
      answer.emplace(fail(started.error()));
      loop.stop();
    }
  });
  loop.run();
  return *std::move(answer);
}

void check_compiler(Loop& loop, const std::string& program, DoctorReport& report) {
  constexpr std::string_view name = "compiler";
  const auto version = output_of(loop, {program, "--version"});
  if (!version && version.error().code() == Errc::not_found)
    return report.warn(
        name, program + " is not installed: services in C++ cannot be compiled, ready-made .so can be loaded",
        "apt install clang-19 lld-19");
  if (!version)
    return report.warn(name, version.error().message(), "services.compiler must name a C++ compiler");
  report.ok(name, first_line(*version));
  check_linker(loop, report);
}

Result<RedisAddress> read_redis_url(std::string_view url) {
  const auto wrong = [](const std::string& why) {
    return fail(Errc::invalid_params, "the address of Redis " + why,
                {{"hint", "redis://user:password@host:port/db, rediss://..., unix:///path"}});
  };
  RedisAddress address;
  const auto mark = url.find("://");
  const std::string_view scheme = url.substr(0, mark == url.npos ? 0 : mark);
  if (scheme != "redis" && scheme != "rediss" && scheme != "unix")
    return wrong("begins with none of redis://, rediss://, unix://");
  std::string_view rest = url.substr(mark + 3);
  if (scheme == "unix") {
    address.socket = rest.substr(0, rest.find('?'));
    return address.socket.starts_with('/') ? Result<RedisAddress>(address) : wrong("names no socket");
  }
  address.tls = scheme == "rediss";
  rest = rest.substr(0, rest.find_first_of("/?"));
  if (const auto at = rest.rfind('@'); at != rest.npos) {
    const std::string_view who = rest.substr(0, at);
    const auto colon = who.find(':');
    const auto user = decoded(who.substr(0, colon)),
               password = decoded(colon == who.npos ? std::string_view() : who.substr(colon + 1));
    if (!user || !password) return wrong("has a broken %-sequence");
    address.user = *user;
    address.password = *password;
    rest = rest.substr(at + 1);
  }
  if (rest.empty()) return address;
  const Result<HostPort> place = split_host_port(rest, address.port);
  if (!place) return wrong("names no host and port");
  address.host = place->host;
  address.port = place->port;
  return address;
}

std::string RedisAddress::text() const {
  if (!socket.empty()) return "unix://" + socket;
  return fmt::format("{}://{}:{}", tls ? "rediss" : "redis", host, port);
}

void check_redis(const std::string& url, DoctorReport& report) {
  if (url.empty()) return report.ok("redis", "turned off");
  const Result<RedisAddress> address = read_redis_url(url);
  if (!address)
    return report.fail("redis", address.error().message(), address.error().detail()["hint"].as_string());
  judge_redis(*address, ask(*address), report);
}

}  // namespace p2p
