// expect: SERVICE_METHOD(add): unknown option in [pubic = true]; known: description, public, role,
#include <p2p/service.hpp>
using namespace p2p;

class Run : public BaseService {
 public:
  SERVICE_METHOD(add, (a, b), pubic = true);  // here
  Task<int> add(int a, int b) { co_return a + b; }
};
EXPORT_SERVICE(Run)
