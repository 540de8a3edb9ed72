// expect: a result of this type cannot travel (bool, numbers, string, Bytes, enum class, optional, vector,
// map with string keys, Value, plain structs): Opaque
#include <p2p/service.hpp>
using namespace p2p;

class Opaque {
 public:
  explicit Opaque(int number) : number_(number) {}

 private:
  int number_;
};
class Run : public BaseService {
 public:
  SERVICE_METHOD(open, ());  // here
  Task<Opaque> open() { co_return Opaque(1); }
};
EXPORT_SERVICE(Run)
