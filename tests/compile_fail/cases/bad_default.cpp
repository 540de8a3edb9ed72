// expect: SERVICE_METHOD(add): parameters are (name, name = JSON literal, ...), not (a, b = two)
#include <p2p/service.hpp>
using namespace p2p;

class Run : public BaseService {
 public:
  SERVICE_METHOD(add, (a, b = two));  // here
  Task<int> add(int a, int b) { co_return a + b; }
};
EXPORT_SERVICE(Run)
