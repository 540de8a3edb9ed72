// expect: non-void coroutine does not return a value
#include <p2p/service.hpp>
using namespace p2p;

class Run : public BaseService {
 public:
  SERVICE_METHOD(work, ());
  Task<int> work() { co_await yield(); }  // here
};
EXPORT_SERVICE(Run)
