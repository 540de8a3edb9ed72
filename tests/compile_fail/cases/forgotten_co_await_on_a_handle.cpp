// expect: ignoring return value of function declared with 'nodiscard' attribute: a Call does nothing until it
// is co_await'ed
#include <p2p/service.hpp>
using namespace p2p;

class Run : public BaseService {
 public:
  SERVICE_METHOD(ask, ());
  Task<> ask() {
    (*ping_)();  // here
    co_return;
  }
  std::optional<MethodHandle> ping_;
};
EXPORT_SERVICE(Run)
