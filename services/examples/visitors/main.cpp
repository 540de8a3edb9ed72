// visitors: a service that calls another one, keeps state, and does something each minute.
#include <p2p/service.hpp>
using namespace p2p;

class Run : public BaseService {
 public:
  static constexpr auto SERVICE_NAME = "visitors";

  Run() {
    info.description = "Greets visitors by way of hello, and counts them";
    info.dependencies = {"hello"};  // this one starts when hello runs
  }

  Task<> initialize() override {
    every("report", 1_min, &Run::report);  // now and each minute; ended for us before cleanup()
    co_return;
  }

  struct Visit {
    std::string greeting;
    std::int64_t visits = 0;
  };

  SERVICE_METHOD(visit, (name), description = "Greets a visitor and counts the visit", public = true,
                 role = "viewer");
  Task<Visit> visit(std::string name) {
    if (name.empty() || name.size() > 64) throw Error(Errc::invalid_params, "name: must have 1 to 64 bytes");
    if (visits_.size() >= most_names && !visits_.contains(name))
      throw Error(Errc::overloaded, "the book is full");
    // A call to a service on this node: no socket, no text. It throws the Error that hello gave.
    const Value answer = co_await proxy["hello"]["greet"]("name"_a = name);
    counter("visits").add();  // in /metrics
    co_return Visit{answer["greeting"].as_string(), ++visits_[name]};
  }

  SERVICE_METHOD(get_visits, (), description = "Visits by name", public = true, role = "viewer");
  std::map<std::string, std::int64_t> get_visits() {
    return visits_;
  }  // what waits for nothing needs no Task

 private:
  static constexpr std::size_t most_names = 1000;  // what comes from outside is bounded

  Task<> report() {
    if (!visits_.empty()) logger.info("{} visitors so far", visits_.size());
    co_return;
  }

  std::map<std::string, std::int64_t> visits_;
};

EXPORT_SERVICE(Run)
