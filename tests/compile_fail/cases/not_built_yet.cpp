// expect: SERVICE_METHOD(add): stream and max_concurrency are not built yet [max_concurrency = 4]
#include <p2p/service.hpp>
using namespace p2p;

class Run : public BaseService {
 public:
  SERVICE_METHOD(add, (a, b), max_concurrency = 4);  // here
  Task<int> add(int a, int b) { co_return a + b; }
};
EXPORT_SERVICE(Run)
