// What `system` reads of the kernel and of systemctl: texts that nobody promises. The first byte says which.
//
// What must hold besides not crashing: percentages stay within 0 to 100, no counter is negative or falls, and
// all text that goes into an answer is UTF-8.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "../../services/system/captured_output.hpp"
#include "../../services/system/cgroup_limits.hpp"
#include "../../services/system/figures.hpp"
#include "../../services/system/host_facts.hpp"
#include "../../services/system/mounts.hpp"
#include "../../services/system/process_texts.hpp"
#include "../../services/system/unit_texts.hpp"

namespace {

using namespace system_service;

void must(bool holds) {
  if (!holds) std::abort();
}

void must_be_percent(double percent) { must(percent >= 0 && percent <= 100); }
void must_be_text(const std::string& text) { must(as_utf8(text) == text); }

void check_sample(const Sample& sample) {
  const SystemMetrics& metrics = sample.metrics;
  must_be_percent(metrics.cpu_percent);
  must_be_percent(metrics.memory_percent);
  for (const double core : metrics.cpu_percent_per_core) must_be_percent(core);
  must(metrics.memory.used >= 0 && metrics.memory.available >= 0 &&
       metrics.memory.available <= metrics.memory.total);
  must(metrics.load_average.size() == 3);
  must(metrics.disk_io.read_bytes >= 0 && metrics.network_io.bytes_recv >= 0 && sample.boot_time >= 0);
}

/// The text in two halves, as one reading and the next.
void check_figures(std::string_view text) {
  const std::string_view halves[] = {text.substr(0, text.size() / 2), text.substr(text.size() / 2)};
  Figures figures;
  DiskIo disks;
  NetworkIo networks;
  std::int64_t now = 1'000'000'000;
  for (const std::string_view half : {halves[0], halves[1], halves[0]}) {
    must(figures.tick({half, half, half, half, half}, now));
    now += 1'000'000'000;
    const SystemMetrics& metrics = figures.newest().metrics;
    check_sample(figures.newest());
    must(metrics.disk_io.read_bytes >= disks.read_bytes && metrics.disk_io.busy_time >= disks.busy_time);
    must(metrics.network_io.bytes_recv >= networks.bytes_recv &&
         metrics.network_io.dropout >= networks.dropout);
    disks = metrics.disk_io;
    networks = metrics.network_io;
  }
}

void check_process(std::string_view text) {
  if (const auto stat = parse_process_stat(text)) {
    must(stat->pid > 0 && stat->cpu_ticks >= 0 && stat->start_ticks >= 0 && stat->rss_pages >= 0);
    must_be_text(stat->name);
    must(!status_word(stat->state).empty());
    must(whole_name(stat->name, parse_command_line(text)).starts_with(stat->name));
  }
  for (const std::string& argument : parse_command_line(text)) must_be_text(argument);
  if (const auto uid = parse_real_uid(text)) must(*uid >= 0);
}

void check_units(std::string_view text) {
  for (const UnitRow& unit : parse_units(text)) {
    must(!unit.name.empty() && !unit.sub.empty() && !unit.name.contains(' '));
    for (const std::string* field : {&unit.name, &unit.load, &unit.active, &unit.sub, &unit.description})
      must_be_text(*field);
  }
  const UnitState state = parse_unit_state(text);
  must_be_text(state.active);
  must_be_text(state.sub);
  if (!sound_unit_name(text)) return;
  const std::string whole = whole_unit_name(text);
  must(sound_unit_pattern(text) && whole.starts_with(text) && whole_unit_name(whole) == whole);
  must(text.front() != '-' && !text.contains('/') && !text.contains(' ') && !text.contains(';'));
}

void check_machine(std::string_view text) {
  must(real_mounts(text).size() <= 64);
  (void)interface_names(text);
  must(!pretty_name("PRETTY_NAME=\"x\"\n").empty());
  (void)pretty_name(text);
  if (const auto memory = parse_memory_limit(text)) must(*memory >= 0);
  if (const auto cpus = parse_cpu_limit(text)) must(*cpus > 0);
  (void)cgroup_path(text, "memory");
  const std::string shown = as_utf8(text);
  must(as_utf8(shown) == shown);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  switch (data[0]) {
    case 'F': check_figures(text); break;
    case 'P': check_process(text); break;
    case 'U': check_units(text); break;
    default: check_machine(text); break;
  }
  return 0;
}
