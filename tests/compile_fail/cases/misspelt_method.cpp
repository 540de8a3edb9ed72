// expect: no member named 'my_metod' in 'Run'; did you mean '::Run::my_method'?
#include <p2p/service.hpp>
using namespace p2p;

class Run : public BaseService {
 public:
  SERVICE_METHOD(my_metod, (), public = true);  // here
  Task<> my_method() { co_return; }
};
EXPORT_SERVICE(Run)
