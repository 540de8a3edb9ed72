// expect: ignoring return value of function declared with 'nodiscard' attribute: a Task does nothing until it
// is co_await'ed
#include <p2p/service.hpp>
using namespace p2p;

class Run : public BaseService {
 public:
  Task<> prepare() { co_return; }
  SERVICE_METHOD(work, ());
  Task<> work() {
    prepare();  // here
    co_return;
  }
};
EXPORT_SERVICE(Run)
