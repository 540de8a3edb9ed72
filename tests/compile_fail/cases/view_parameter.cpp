// expect: SERVICE_METHOD(greet): parameters are taken by value, not by reference, pointer or view: a
// coroutine outlives its caller's expression
#include <p2p/service.hpp>
using namespace p2p;

class Run : public BaseService {
 public:
  SERVICE_METHOD(greet, (name));  // here
  Task<std::string> greet(std::string_view name) { co_return std::string(name); }
};
EXPORT_SERVICE(Run)
