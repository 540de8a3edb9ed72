#include "framework/service_task.hpp"

#include <limits>

namespace p2p {

std::string what_of(const std::exception_ptr& error) {
  try {
    std::rethrow_exception(error);
  } catch (const std::exception& exception) {
    const char* text = exception.what();
    return text == nullptr ? "an exception without a text" : text;
  } catch (...) {
    return "an exception that is no std::exception";
  }
}

ServiceTask::ServiceTask(CallRunner& runner, CallerPtr identity, std::string name)
    : runner_(runner), identity_(std::move(identity)), name_(std::move(name)) {
  done = &ServiceTask::ended;
  context_.caller = {identity_->subject, identity_->role, runner.node_id()};
  context_.service = identity_->subject;
  context_.deadline_ns = std::numeric_limits<std::int64_t>::max();
}

ServiceTask::~ServiceTask() = default;

void ServiceTask::start(Task<> task, OnEnd on_end) {
  task_ = std::move(task);
  on_end_ = std::move(on_end);
  task_.handle().promise().context = &context_;
  task_.handle().promise().completion = this;
  task_.handle().resume();
}

void ServiceTask::ended(detail::Completion* completion) noexcept {
  auto& self = *static_cast<ServiceTask*>(completion);
  std::exception_ptr error = std::move(self.task_.handle().promise().error);
  self.task_.reset();
  OnEnd on_end = std::move(self.on_end_);
  on_end(std::move(error));
}

}  // namespace p2p
