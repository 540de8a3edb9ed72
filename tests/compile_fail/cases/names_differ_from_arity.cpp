// expect: SERVICE_METHOD(add): (a) names another number of parameters than the method has
#include <p2p/service.hpp>
using namespace p2p;

class Run : public BaseService {
 public:
  SERVICE_METHOD(add, (a), public = true);  // here
  Task<int> add(int a, int b) { co_return a + b; }
};
EXPORT_SERVICE(Run)
