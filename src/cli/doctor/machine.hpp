// What doctor looks at on this machine without asking anybody: folders, ports, the secret, limits. Nothing is
// changed or made.
#pragma once

#include <optional>
#include <span>
#include <string>

#include "base/endpoint.hpp"
#include "base/secret.hpp"
#include "cli/doctor/report.hpp"

namespace p2p {

/// There or possible, ours alone, writable.
void check_state_dir(const std::string& path, DoctorReport& report);
/// Room where the state directory is or will be: `free` bytes and files.
void check_space(const std::string& path, DoctorReport& report);
void judge_space(const std::string& path, std::uint64_t bytes, std::uint64_t files, DoctorReport& report);

/// There, trusted, readable, and each service in it.
void check_services_dir(const std::string& path, DoctorReport& report);

/// Who listens on them; another node of ours is as it should be.
void check_ports(const std::string& address, std::span<const std::uint16_t> ports, DoctorReport& report);

/// Long enough, and not one that everybody knows.
void check_secret_strength(const std::optional<Secret>& secret, DoctorReport& report);

/// `limit` descriptors for a node.
void judge_open_files(std::uint64_t limit, DoctorReport& report);
void check_open_files(DoctorReport& report);

}  // namespace p2p
