// expect: this field of this struct has a type that cannot travel (bool, numbers, string, Bytes, enum class,
// optional, vector, map with string keys, Value, plain structs): field 2 of Reply, void *
#include <p2p/service.hpp>
using namespace p2p;

struct Reply {
  std::string name;
  void* address = nullptr;
};
class Run : public BaseService {
 public:
  SERVICE_METHOD(find, (name));  // here
  Task<Reply> find(std::string name) { co_return Reply{name, nullptr}; }
};
EXPORT_SERVICE(Run)
