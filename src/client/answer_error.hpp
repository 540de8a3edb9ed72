// What a node answers, as Result: a document, or the error in it (a problem, RFC 9457, or an envelope's).
#pragma once

#include "base/result.hpp"
#include "client/p2p_client.hpp"

namespace p2p {

/// The document of an answer of `place`. Its Error is the node's own: its code, its sentence, and every other
/// member (hint, errors, trace_id, node_id, ...) in the detail. What is no document of a node is
/// node_unreachable: something else listens there.
[[nodiscard]] Result<Value> document_of(const ClientAnswer& answer, const std::string& place);

/// The error that a problem or the error object of an envelope describes.
[[nodiscard]] Error error_of(const Value& problem, int status);

/// Much more than the limits of a request: what a node answers is no attack, but it may be long.
[[nodiscard]] Result<Value> read_answer(std::string_view text);

}  // namespace p2p
