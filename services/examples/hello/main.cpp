// hello: a service of p2p_admin. Edit it while a node runs: what you save is compiled, and in use a moment
// later.
#include <p2p/service.hpp>
using namespace p2p;

class Run : public BaseService {
 public:
  static constexpr auto SERVICE_NAME = "hello";

  Run() { info.description = "Greets whoever asks"; }

  // What a method answers is an ordinary struct; its fields are the members of the JSON.
  struct Greeting {
    std::string greeting, node_id;
  };

  // `public = true` lets others call it: over HTTP, from the command line, from other nodes. The default is
  // false: then only services of this node may. `role` is the least that a caller must be.
  SERVICE_METHOD(greet, (name = "world"), description = "Greets someone by name", public = true,
                 role = "viewer");
  Task<Greeting> greet(std::string name) {
    co_return Greeting{greeting_ + ", " + name, std::string(node_id())};
  }

  SERVICE_METHOD(set_greeting, (greeting), description = "What to say instead of hello", public = true,
                 role = "operator");
  Task<> set_greeting(std::string greeting) {
    // An Error is the caller's answer: it has a code, and a sentence for people.
    if (greeting.empty() || greeting.size() > 100)
      throw Error(Errc::invalid_params, "greeting: must have 1 to 100 bytes");
    logger.info("says {} from now on", greeting);
    greeting_ = greeting;
    co_return;
  }

 private:
  std::string greeting_ = "hello";  // no lock: a service runs on one loop
};

EXPORT_SERVICE(Run)
