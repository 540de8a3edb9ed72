// What a library and the node must see alike of the SDK's types: a number made of their sizes and of how many
// virtual functions they have. The ABI number says what is promised; this one notices headers that are not
// those the node was built with, before anything is called through them.
#pragma once

#include <cstddef>
#include <cstdint>

#include <p2p/context.hpp>
#include <p2p/detail/fingerprint.hpp>
#include <p2p/detail/runtime.hpp>
#include <p2p/error.hpp>
#include <p2p/method.hpp>
#include <p2p/stream.hpp>
#include <p2p/task.hpp>
#include <p2p/value.hpp>

namespace p2p::detail {

/// Where a virtual function stands among those of its class: what a pointer to it holds (Itanium C++ ABI).
template <class F>
std::uint64_t place_of(F function) noexcept {
  std::uint64_t place = 0;
  __builtin_memcpy(&place, &function, sizeof place);
  return place;
}

template <class Service>
std::uint64_t layout_print() noexcept {
  Fnv print;
  for (const std::size_t size :
       {sizeof(Value), sizeof(Error), sizeof(Context), sizeof(PromiseBase), sizeof(Promise<Value>),
        sizeof(StreamPromiseBase), sizeof(StreamPromise<Value>), sizeof(Waiting), sizeof(PendingCall),
        sizeof(Resolved), sizeof(MethodOptions), sizeof(Parameter), sizeof(MethodCode), sizeof(MethodInfo),
        sizeof(Service), offsetof(Context, stop), offsetof(MethodInfo, code)})
    print.add(size);
  print.add(place_of(&Service::reserved_4));
  print.add(place_of(&Runtime::start_call));
  print.add(place_of(&Runtime::wait));
  print.add(place_of(&Runtime::wall_time));
  print.add(place_of(&Runtime::reserved_4));
  print.add(place_of(&StreamPeer::forget));
  return print.state;
}

}  // namespace p2p::detail
