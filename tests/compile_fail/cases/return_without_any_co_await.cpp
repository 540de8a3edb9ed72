// expect: conversion function from 'int' to 'Task<int>' invokes a deleted function: write co_return in place
// of return
#include <p2p/service.hpp>
using namespace p2p;

class Run : public BaseService {
 public:
  SERVICE_METHOD(work, ());
  Task<int> work() {
    return 42;  // here
  }
};
EXPORT_SERVICE(Run)
