// expect: a result of this type cannot travel (bool, numbers, string, Bytes, enum class, optional, vector,
// map with string keys, Value, plain structs): const char
#include <p2p/service.hpp>
using namespace p2p;

class Run : public BaseService {
 public:
  SERVICE_METHOD(count, (to), stream = true);  // here
  Stream<const char*> count(int to) {
    for (int i = 0; i < to; ++i) co_yield "x";
  }
};
EXPORT_SERVICE(Run)
