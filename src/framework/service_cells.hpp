// ServiceCells: the counters and gauges that services keep, by service and name. They outlive reloads, so a
// counter only grows.
//
// Threads: any may ask for a cell and use it, without a lock when it is there already; services are added,
// and all are looked at, by the main loop.
#pragma once

#include <atomic>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include <p2p/detail/runtime.hpp>

namespace p2p {

class ServiceCells {
 public:
  static constexpr std::size_t most = 100;  ///< of one service; further names share the cell "other"

  struct Named {
    std::string name;
    bool gauge = false;
    detail::Cell cell{};
    std::atomic<Named*> next{nullptr};  ///< the one that was asked for next
  };
  /// The cells of one service: a list that only grows.
  class Cells {
   public:
    Cells() = default;
    Cells(const Cells&) = delete;
    Cells& operator=(const Cells&) = delete;
    ~Cells();

    [[nodiscard]] detail::Cell& cell(std::string_view name, bool gauge);
    /// Calls `visit(named)` for each.
    template <class Visit>
    void each(Visit&& visit) const {
      for (const Named* at = first_.load(std::memory_order_acquire); at != nullptr;
           at = at->next.load(std::memory_order_acquire))
        visit(*at);
    }

   private:
    [[nodiscard]] Named* find(std::string_view name) const noexcept;
    [[nodiscard]] Named& add(std::string_view name, bool gauge);

    std::atomic<Named*> first_{nullptr};
    std::mutex adding_;
  };

  /// The main loop's to ask; valid as long as this.
  [[nodiscard]] Cells& of(std::string_view service) { return services_[std::string(service)]; }
  [[nodiscard]] const std::map<std::string, Cells, std::less<>>& all() const noexcept { return services_; }

 private:
  std::map<std::string, Cells, std::less<>> services_;
};

}  // namespace p2p
