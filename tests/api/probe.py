"""The service that the tests ask: it answers, fails, waits and forbids on demand."""

from node import NodeCase

PROBE = r"""
#include <cstdio>
#include <limits>
#include <stdexcept>

#include <p2p/service.hpp>
using namespace p2p;

class Run : public BaseService {
 public:
  static constexpr auto SERVICE_NAME = "probe";

  SERVICE_METHOD(echo, (value = null), description = "Gives back what it is given", public = true, role = "viewer");
  Value echo(Value value) { return value; }

  SERVICE_METHOD(add, (a, b = 10), public = true, role = "viewer");
  std::int64_t add(std::int64_t a, std::int64_t b) { return a + b; }

  struct Who { std::string user, role, node, trace; };
  SERVICE_METHOD(who, (), public = true, role = "viewer");
  Task<Who> who() {
    const Context& context = co_await this_call();
    co_return Who{std::string(context.caller.user), std::string(role_name(context.caller.role)),
                  std::string(node_id()), context.trace_id()};
  }

  SERVICE_METHOD(fail, (text = "planned failure"), public = true, role = "viewer");
  Task<> fail(std::string text) {
    throw std::runtime_error(text);
    co_return;
  }

  SERVICE_METHOD(throw_odd, (), public = true, role = "viewer");
  Task<> throw_odd() {
    throw 42;
    co_return;
  }

  SERVICE_METHOD(refuse, (code), description = "Throws the Error of this name", public = true, role = "viewer");
  void refuse(std::string code) {
    for (const Errc errc : {Errc::conflict, Errc::overloaded, Errc::rate_limited, Errc::unavailable, Errc::cancelled,
                            Errc::node_unreachable, Errc::internal, Errc::not_found})
      if (errc_name(errc) == code) throw Error(errc, "as asked: " + code);
    throw Error(Errc::invalid_params, "code: is not known here");
  }

  SERVICE_METHOD(not_a_number, (), public = true, role = "viewer");
  double not_a_number() { return std::numeric_limits<double>::quiet_NaN(); }

  SERVICE_METHOD(no_value, (), public = true, role = "viewer");
  Value no_value() { return Value(std::numeric_limits<double>::quiet_NaN()); }

  SERVICE_METHOD(much, (mib), public = true, role = "viewer");
  std::string much(std::int64_t mib) { return std::string(static_cast<std::size_t>(mib) << 20, 'x'); }

  SERVICE_METHOD(nap, (ms), public = true, role = "viewer");
  Task<std::int64_t> nap(std::int64_t ms) {
    gauge("napping").set(++napping_);
    struct Awake { Run& run; ~Awake() { run.gauge("napping").set(--run.napping_); } } awake{*this};
    try {
      co_await sleep(Duration{ms * 1'000'000});
    } catch (const Error& error) {
      ended_early_ = std::string(errc_name(error.code()));
      counter("ended_early_" + ended_early_).add();
      throw;
    }
    co_return ms;
  }

  SERVICE_METHOD(quick, (), public = true, role = "viewer", timeout = 0.2);
  Task<> quick() { co_await sleep(60_s); }

  SERVICE_METHOD(ask, (service, method, target = ""), public = true, role = "viewer");
  Task<Value> ask(std::string service, std::string method, std::string target) {
    if (target.empty()) co_return co_await proxy[service][method]();
    co_return co_await proxy[service].on(target)[method]();
  }

  SERVICE_METHOD(say, (text), public = true, role = "viewer");
  void say(std::string text) { logger.info("{}", text); }

  SERVICE_METHOD(operate, (), public = true);
  std::string operate() { return "operated"; }

  SERVICE_METHOD(rule, (password = ""), public = true, role = "admin", secret = "password");
  std::string rule(std::string) { return "ruled"; }

  SERVICE_METHOD(hidden, ());
  std::string hidden() { return "seen"; }

  std::string undeclared() { return "seen"; }

  Task<> initialize() override { started_ = true; co_return; }
  SERVICE_METHOD(started, (), public = true, role = "viewer");
  bool started() { return started_; }

 private:
  std::int64_t napping_ = 0;
  std::string ended_early_;
  bool started_ = false;
};
EXPORT_SERVICE(Run)
"""

# The smallest one; MARK is what tells one version from another.
SMALL = """
#include <p2p/service.hpp>
using namespace p2p;
class Run : public BaseService {
 public:
  SERVICE_METHOD(mark, (), public = true, role = "viewer");
  std::string mark() { return "MARK"; }
};
EXPORT_SERVICE(Run)
"""


def small(mark, **parts):
    text = SMALL.replace("MARK", mark)
    if "members" in parts:
        text = text.replace("};\nEXPORT", parts["members"] + "\n};\nEXPORT")
    return text


class RpcCase(NodeCase):
    """A node with the probe and with a service that does not compile."""

    services = {"probe": PROBE, "broken": small("x").replace("std::string mark()", "std::strin mark()")}

    def post(self, path, text, role="viewer", **more):
        """A body byte by byte."""
        return self.node.post(
            path, text.encode(), role, headers={"Content-Type": "application/json", **more.pop("headers", {})}, **more
        )

    def envelope(self, text, path="/rpc/probe/echo", **more):
        return self.post(path, text, **more)
