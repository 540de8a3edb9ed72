// expect: ignoring return value of function declared with 'nodiscard' attribute: a Call does nothing until it
// is co_await'ed
#include <p2p/service.hpp>
using namespace p2p;

class Run : public BaseService {
 public:
  SERVICE_METHOD(work, ());
  Task<> work() {
    proxy["system"]["ping"]();  // here
    co_return;
  }
};
EXPORT_SERVICE(Run)
