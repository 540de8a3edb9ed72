#include "net/loop_thread.hpp"

#include <pthread.h>
#include <signal.h>

namespace p2p {

void LoopThread::start() {
  sigset_t all, before;
  ::sigfillset(&all);
  ::pthread_sigmask(SIG_SETMASK, &all, &before);  // a thread begins with the mask of its maker
  thread_ = std::thread([this] {
    ::pthread_setname_np(::pthread_self(), name_.c_str());
    loop_.run();
  });
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

void LoopThread::stop() {
  if (!thread_.joinable()) return;
  loop_.stop();
  thread_.join();
}

}  // namespace p2p
