// expect: a parameter of this type cannot travel (bool, numbers, string, Bytes, enum class, optional, vector,
// map with string keys, Value, plain structs): Opaque
#include <p2p/service.hpp>
using namespace p2p;

struct Opaque {
  explicit Opaque(int number) : number_(number) {}

 private:
  int number_;
};
class Run : public BaseService {
 public:
  SERVICE_METHOD(open, (handle));  // here
  Task<> open(Opaque) { co_return; }
};
EXPORT_SERVICE(Run)
