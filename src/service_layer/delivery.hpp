// Delivery: how the answer of a call goes out, as the client's `Accept` asks: whole, or piece by piece while
// the method runs, as lines of JSON or as server-sent events (http-api.md, section 3).
//
//   {"item":...}                                         event: item        data: {"item":...}
//   {"progress":{"value":0.4,"text":"copying"}}          event: progress    data: {"progress":...}
//   {"result":...,"error":null,"id":...}                 event: result      data: the envelope; the last
//   piece
#pragma once

#include <string>
#include <string_view>

namespace p2p {

enum class Delivery {
  whole,   ///< one document, when the method has ended
  lines,   ///< application/x-ndjson
  events,  ///< text/event-stream
};

/// The one of greatest weight; whole where they weigh the same, and for what is none of the three.
[[nodiscard]] Delivery delivery_of(std::string_view accept) noexcept;

[[nodiscard]] std::string_view content_type_of(Delivery delivery) noexcept;

/// Appends what stands before and behind the JSON of a piece. `name` is "item", "progress" or "result".
void begin_piece(Delivery delivery, std::string_view name, std::string& out);
void end_piece(Delivery delivery, std::string& out);

}  // namespace p2p
