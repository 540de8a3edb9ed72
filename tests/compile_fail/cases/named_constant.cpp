// expect: SERVICE_METHOD(add): bad value in [timeout = limit]; values are literals: numbers, true, false,
// "text"
#include <p2p/service.hpp>
using namespace p2p;

constexpr int limit = 5;
class Run : public BaseService {
 public:
  SERVICE_METHOD(add, (a, b), timeout = limit);  // here
  Task<int> add(int a, int b) { co_return a + b; }
};
EXPORT_SERVICE(Run)
