// What is Asio about a Loop, for the files of net (and those the floor plan lets near Asio).
#pragma once

#ifndef BOOST_ASIO_NO_DEPRECATED
#define BOOST_ASIO_NO_DEPRECATED
#endif

#include <boost/asio/io_context.hpp>

#include "net/loop.hpp"

namespace p2p {

struct Loop::Native {
  boost::asio::io_context io{1};  // one thread runs it; others may post
};

/// The concrete executor: any_io_executor would cost a virtual call and an allocation an operation.
using LoopExecutor = boost::asio::io_context::executor_type;

}  // namespace p2p
