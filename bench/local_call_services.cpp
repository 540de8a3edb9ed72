#include "bench/local_call_services.hpp"

#include <cstdlib>

namespace p2p::bench {
namespace {

/// Ten methods that do nothing, called get_system_m0 to get_system_m9.
class Idle final : public BaseService {
 public:
  Idle() {
    MethodOptions options;
    for (std::size_t i = 0; i < LocalCallNode::methods_of_one; ++i)
      declare_method<&Idle::nothing>(*this, ("get_system_m" + std::to_string(i)).c_str(), options,
                                     std::array<detail::ParameterText, 0>{});
  }
  Task<> nothing() { co_return; }
};

class Driver final : public BaseService {
 public:
  SERVICE_METHOD(drive, (), public = true, timeout = 600);
  Task<> drive() { return body(*this); }
  std::move_only_function<Task<>(BaseService&)> body;
};

struct Receiver final : CallReceiver {
  void call_ended(Result<Value> result) override {
    if (!result) {
      fmt::print(stderr, "the benchmark failed: {}\n", result.error().message());
      std::exit(1);
    }
  }
};

}  // namespace

struct LocalCallNode::Hosted {
  std::unique_ptr<ServiceRuntime> runtime;
  std::unique_ptr<BaseService> object;
  GenerationPtr generation;
};

LocalCallNode::LocalCallNode(std::size_t methods)
    : services_((methods + methods_of_one - 1) / methods_of_one) {
  host("driver", std::make_unique<Driver>());
  for (std::size_t i = 0; i < services_; ++i) host("system" + std::to_string(i), std::make_unique<Idle>());
}

LocalCallNode::~LocalCallNode() = default;

void LocalCallNode::host(const std::string& name, std::unique_ptr<BaseService> object) {
  auto hosted = std::make_unique<Hosted>();
  hosted->runtime = std::make_unique<ServiceRuntime>(surroundings_, name, 1, Role::operator_);
  hosted->object = std::move(object);
  hosted->object->service_name = name;
  hosted->object->attach(hosted->runtime.get());
  hosted->generation =
      std::make_shared<Generation>(name, 1, hosted->object.get(), hosted->object->declared_methods(), stats_);
  ServiceEntry entry;
  entry.name = name;
  entry.status = ServiceStatus::running;
  entry.generation = hosted->generation;
  registry_.publish(std::move(entry));
  hosted_.push_back(std::move(hosted));
}

void LocalCallNode::run(std::move_only_function<Task<>(BaseService&)> body) {
  Hosted& driver = *hosted_.front();
  static_cast<Driver&>(*driver.object).body = std::move(body);
  auto caller = std::make_shared<Caller>();
  caller->subject = "user";
  caller->role = Role::operator_;
  CallRequest request;
  request.path = {"driver", "drive"};
  request.caller = std::move(caller);
  Receiver receiver;
  if (runner_.start(*driver.generation->find("drive"), std::move(request), receiver) != nullptr) std::abort();
}

}  // namespace p2p::bench
