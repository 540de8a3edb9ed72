// expect: SERVICE_METHOD(add): stream is not built yet [stream = true]
#include <p2p/service.hpp>
using namespace p2p;

class Run : public BaseService {
 public:
  SERVICE_METHOD(add, (a, b), stream = true);  // here
  Task<int> add(int a, int b) { co_return a + b; }
};
EXPORT_SERVICE(Run)
