// expect: SERVICE_METHOD(add): bad value in [role = "owner"]; values are literals: numbers, true, false,
// "text"; role is viewer, operator or admin
#include <p2p/service.hpp>
using namespace p2p;

class Run : public BaseService {
 public:
  SERVICE_METHOD(add, (a, b), role = "owner");  // here
  Task<int> add(int a, int b) { co_return a + b; }
};
EXPORT_SERVICE(Run)
