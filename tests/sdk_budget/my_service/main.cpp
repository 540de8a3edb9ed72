// The service that the documents begin with: what it costs to compile is what each author waits for.
#include <p2p/service.hpp>
using namespace p2p;

class Run : public BaseService {
 public:
  static constexpr auto SERVICE_NAME = "my_service";

  Run() {
    info.description = "My custom service";
    info.dependencies = {"system"};
  }

  Task<> initialize() override { co_return; }
  Task<> cleanup() override { co_return; }
  struct Reply {
    std::string param, hostname, service;
  };

  SERVICE_METHOD(my_method, (param), description = "Public API method", public = true);
  Task<Reply> my_method(std::string param) {
    auto system_info = co_await proxy["system"]["get_system_info"]();
    co_return Reply{param, system_info["hostname"].as_string(), service_name};
  }
};
EXPORT_SERVICE(Run)
