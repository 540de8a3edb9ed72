// expect: SERVICE_METHOD(count): stream = true, so the method must return a Stream<T>
#include <p2p/service.hpp>
using namespace p2p;

class Run : public BaseService {
 public:
  SERVICE_METHOD(count, (to), stream = true);  // here
  Task<std::vector<int>> count(int to) { co_return std::vector<int>{to}; }
};
EXPORT_SERVICE(Run)
