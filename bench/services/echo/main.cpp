// What the benchmarks call besides system/ping: a document that comes back, and work that costs only time.
#include <p2p/service.hpp>
using namespace p2p;

class Run : public BaseService {
 public:
  static constexpr auto SERVICE_NAME = "echo";
  Run() { info.description = "Gives back what it gets; for measurements"; }

  SERVICE_METHOD(echo, (document), description = "The document, unchanged", role = "viewer", public = true,
                 threadsafe = true);
  Value echo(Value document) { return document; }

  SERVICE_METHOD(echo_home, (document), description = "The same, on the home loop alone", role = "viewer",
                 public = true);
  Value echo_home(Value document) { return document; }

  SERVICE_METHOD(work, (rounds = 1000), description = "A chain of multiplications, its last number",
                 role = "viewer", public = true, threadsafe = true);
  std::int64_t work(std::int64_t rounds) {
    std::uint64_t number = 88172645463325252U;
    for (std::int64_t i = 0; i < rounds; ++i) number = number * 6364136223846793005U + 1442695040888963407U;
    return static_cast<std::int64_t>(number >> 1U);
  }
};
EXPORT_SERVICE(Run)
