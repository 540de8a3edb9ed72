// ServiceCells: the counters and gauges that services keep, by service and name. They outlive reloads, so a
// counter only grows.
//
// Threads: the main loop's; the cells themselves any.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>

#include <p2p/detail/runtime.hpp>

namespace p2p {

class ServiceCells {
 public:
  static constexpr std::size_t most = 100;  ///< of one service; further names share the cell "other"

  struct Named {
    bool gauge = false;
    detail::Cell cell;
  };
  using Cells = std::map<std::string, std::unique_ptr<Named>, std::less<>>;

  [[nodiscard]] detail::Cell& cell(std::string_view service, std::string_view name, bool gauge);
  [[nodiscard]] const std::map<std::string, Cells, std::less<>>& all() const noexcept { return services_; }

 private:
  std::map<std::string, Cells, std::less<>> services_;
};

}  // namespace p2p
