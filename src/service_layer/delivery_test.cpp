#include "service_layer/delivery.hpp"

#include <gtest/gtest.h>

namespace p2p {
namespace {

TEST(Delivery, is_whole_unless_pieces_are_asked_for) {
  for (const char* accept :
       {"", "*/*", "application/json", "text/html,application/xhtml+xml,*/*;q=0.8", ",", ";q=1",
        "application/x-ndjson;q=0", "application/x-ndjson;q=x", "application/x-ndjsons"})
    EXPECT_EQ(delivery_of(accept), Delivery::whole) << accept;
}

TEST(Delivery, follows_the_greatest_weight) {
  EXPECT_EQ(delivery_of("application/x-ndjson"), Delivery::lines);
  EXPECT_EQ(delivery_of("Application/X-NDJSON ; charset=utf-8"), Delivery::lines);
  EXPECT_EQ(delivery_of("text/event-stream"), Delivery::events);
  EXPECT_EQ(delivery_of("application/json;q=0.5, application/x-ndjson"), Delivery::lines);
  EXPECT_EQ(delivery_of("application/x-ndjson; q=0.5, text/event-stream;q=0.501"), Delivery::events);
  EXPECT_EQ(delivery_of("application/x-ndjson;q=0.5, application/json"), Delivery::whole);
  EXPECT_EQ(delivery_of("application/x-ndjson, application/json"), Delivery::whole);
  EXPECT_EQ(delivery_of("application/x-ndjson, text/event-stream"), Delivery::lines);
  EXPECT_EQ(delivery_of("application/x-ndjson, */*;q=0.1"), Delivery::lines);
}

TEST(Delivery, frames_a_piece) {
  std::string line, event;
  begin_piece(Delivery::lines, "item", line);
  line += "{}";
  end_piece(Delivery::lines, line);
  EXPECT_EQ(line, "{}\n");
  begin_piece(Delivery::events, "item", event);
  event += "{}";
  end_piece(Delivery::events, event);
  EXPECT_EQ(event, "event: item\ndata: {}\n\n");
}

}  // namespace
}  // namespace p2p
