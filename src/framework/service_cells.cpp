#include "framework/service_cells.hpp"

namespace p2p {

detail::Cell& ServiceCells::cell(std::string_view service, std::string_view name, bool gauge) {
  Cells& cells = services_[std::string(service)];
  name = name.substr(0, 64);
  if (const auto found = cells.find(name); found != cells.end()) return found->second->cell;
  auto& place = cells[std::string(cells.size() < most ? name : std::string_view("other"))];
  if (place == nullptr) {
    place = std::make_unique<Named>();
    place->gauge = gauge;
  }
  return place->cell;
}

}  // namespace p2p
