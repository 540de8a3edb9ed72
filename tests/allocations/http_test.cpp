// One HTTP request through a whole node, from its bytes to the answer's: what the node's loop takes from the
// heap for it, once it is warm.
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <thread>

#include <gtest/gtest.h>
#include <netinet/in.h>
#include <p2p/convert.hpp>
#include <sys/socket.h>
#include <system/api.hpp>
#include <unistd.h>

#include "base/json.hpp"
#include "bench/allocations.hpp"
#include "node/p2p_admin_system.hpp"

namespace p2p {
namespace {

namespace fs = std::filesystem;

/// A node in this process, whose loop's blocks are counted.
class CountedNode {
 public:
  CountedNode() {
    std::string name = (fs::temp_directory_path() / "p2p-allocations-XXXXXX").string();
    folder_ = ::mkdtemp(name.data());
    fs::create_directory(folder_ / "services");
    int ready[2];
    EXPECT_EQ(::pipe(ready), 0);
    Config config;
    config.port = 0;
    config.state_dir = (folder_ / "state").string();
    config.services_dir = (folder_ / "services").string();
    config.log_level = LogLevel::error;
    config.ready_fd = ready[1];
    fs::create_directory(config.state_dir);
    fs::permissions(config.state_dir, fs::perms::owner_all);
    loop_ = std::thread([this, config = std::move(config)]() mutable {
      P2PAdminSystem system(std::move(config));
      const Result<void> started = system.start();
      EXPECT_TRUE(started) << started.error().message();
      if (!started) std::abort();
      allocations::count_here(true);
      exit_code_ = system.run();
      allocations::count_here(false);
    });
    std::string line;
    for (char c = 0; ::read(ready[0], &c, 1) == 1 && c != '\n';) line += c;
    port_ = static_cast<std::uint16_t>(json::parse(line).value()["port"].as_int());
    ::close(ready[0]);
    ::close(ready[1]);
  }
  CountedNode(const CountedNode&) = delete;
  CountedNode& operator=(const CountedNode&) = delete;
  ~CountedNode() {
    ::kill(::getpid(), SIGTERM);  // as a service manager does; the node takes it
    loop_.join();
    EXPECT_EQ(exit_code_, 0);
    fs::remove_all(folder_);
  }
  [[nodiscard]] std::uint16_t port() const noexcept { return port_; }

 private:
  fs::path folder_;
  std::thread loop_;
  std::uint16_t port_ = 0;
  int exit_code_ = -1;
};

/// Sends requests one after another on one connection.
class Client {
 public:
  explicit Client(std::uint16_t port) : socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in at{};
    at.sin_family = AF_INET;
    at.sin_port = htons(port);
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    EXPECT_EQ(::connect(socket_, reinterpret_cast<const sockaddr*>(&at), sizeof at), 0);
    host_ = "127.0.0.1:" + std::to_string(port);
  }
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;
  ~Client() { ::close(socket_); }

  [[nodiscard]] std::string request(std::string_view path, std::string_view body,
                                    std::string_view token) const {
    return "POST " + std::string(path) + " HTTP/1.1\r\nHost: " + host_ +
           (token.empty() ? "" : "\r\nAuthorization: Bearer " + std::string(token)) +
           "\r\nContent-Type: application/json\r\nContent-Length: " + std::to_string(body.size()) +
           "\r\n\r\n" + std::string(body);
  }
  /// The body of the answer, which comes in one piece or a few.
  std::string send(const std::string& request) {
    EXPECT_EQ(::send(socket_, request.data(), request.size(), 0), static_cast<ssize_t>(request.size()));
    std::string answer;
    for (;;) {
      char bytes[4096];
      const ssize_t got = ::recv(socket_, bytes, sizeof bytes, 0);
      if (got <= 0) return "the node closed the connection";
      answer.append(bytes, static_cast<std::size_t>(got));
      const auto head = answer.find("\r\n\r\n");
      if (head == answer.npos) continue;
      const auto length = answer.find("Content-Length: ");
      if (length > head) return answer.substr(head + 4);
      if (answer.size() - head - 4 >= std::stoul(answer.substr(length + 16))) return answer.substr(head + 4);
    }
  }

 private:
  int socket_;
  std::string host_;
};

struct HttpAllocations : testing::Test {
  HttpAllocations() {
    const Value token =
        json::parse(client.send(client.request("/auth/token", R"({"node_id":"x"})", ""))).value();
    bearer = token["access_token"].as_string();
  }
  /// The fewest blocks that some requests in a row took for each: what the node does beside them now and then
  /// is not theirs.
  double taken_by(std::string_view path, std::string_view body, std::string_view wanted) {
    constexpr int rounds = 20, requests = 50;
    const std::string request = client.request(path, body, bearer);
    double least = 1e9;
    for (int round = 0; round < rounds; ++round) {
      const std::uint64_t before = allocations::taken();
      for (int i = 0; i < requests; ++i) {
        const std::string answer = client.send(request);
        EXPECT_NE(answer.find(wanted), answer.npos) << answer;
      }
      least = std::min(least, static_cast<double>(allocations::taken() - before) / requests);
    }
    return least;
  }

  CountedNode node;
  Client client{node.port()};
  std::string bearer;
};

/// What the method makes and the document it becomes; the fewest of some, as in `taken_by`.
double blocks_of_a_pong(const std::string& node_id) {
  const std::string timestamp = "2026-11-22T05:52:35.637Z";
  std::uint64_t least = 1000;
  for (int round = 0; round < 20; ++round) {
    const std::uint64_t before = allocations::taken();
    allocations::count_here(true);
    {
      const Value document = to_value(system_service::Pong{true, node_id, timestamp});
    }
    allocations::count_here(false);
    least = std::min(least, allocations::taken() - before);
  }
  return static_cast<double>(least);
}

TEST_F(HttpAllocations, of_a_request_are_those_of_its_values) {
  const double made = blocks_of_a_pong("coordinator-" + std::to_string(node.port()));
  EXPECT_EQ(taken_by("/rpc/system/ping", "", R"("pong":true)"), made);
  // The three members of the envelope are values, too.
  EXPECT_EQ(taken_by("/rpc/system/ping", R"({"method":"ping","params":{},"id":"1"})", R"("id":"1")"),
            made + 3);
}

}  // namespace
}  // namespace p2p
