// expect: SERVICE_METHOD(count): the method returns a Stream; add stream = true
#include <p2p/service.hpp>
using namespace p2p;

class Run : public BaseService {
 public:
  SERVICE_METHOD(count, (to), public = true);  // here
  Stream<int> count(int to) {
    for (int i = 0; i < to; ++i) co_yield i;
  }
};
EXPORT_SERVICE(Run)
