#include "cli/cheat_sheet.hpp"

namespace p2p {
namespace {

constexpr Recipe recipes[] = {
    {"start", R"(Start a node
  p2p_admin coordinator --verbose
  p2p_admin worker --coord 127.0.0.1:8001
  p2p_admin coordinator --port 0 --state-dir /tmp/try       any free port, keys of its own
)"},
    {"look", R"(Look
  p2p_admin status                                          is all well? problems come first
  p2p_admin nodes -w                                        again on every change
  p2p_admin services broken                                 why it does not run
  p2p_admin methods system                                  what can be called
  p2p_admin methods system.execute_command                  its parameters, and a line to try
)"},
    {"call", R"(Call
  p2p_admin call system.get_system_info
  p2p_admin call system.execute_command command='uname -a'
  p2p_admin call deploy.run version=007 tags:='["a","b"]' notes=@notes.txt
  p2p_admin call deploy.run -d @parameters.json
  p2p_admin call system.get_system_metrics | jq .cpu_percent
  p2p_admin call system.ping --repeat 10
  p2p_admin bench system.ping -c 64 --duration 10s
)"},
    {"logs", R"(Logs
  p2p_admin logs --since 5m --level warn
  p2p_admin logs -f --service hello
  p2p_admin logs -f -o ndjson | jq -r .message
)"},
    {"services", R"(Services
  p2p_admin service reload hello                            after a change that was not noticed
  p2p_admin service disable hello                           until it is enabled again
  p2p_admin services -o name | xargs -n 1 p2p_admin services
)"},
    {"contexts", R"(Clusters by name
  p2p_admin context add prod --coord 10.0.0.5:8001 --token-file ~/.prod-token --protected
  p2p_admin nodes --context prod
  p2p_admin context use prod
)"},
    {"scripts", R"(Scripts
  p2p_admin health --ready --timeout 2s                     exit 0 or 3, prints nothing
  p2p_admin nodes -o json | jq -r '.nodes[] | select(.status != "alive") | .node_id'
  p2p_admin token issue --role viewer --ttl 1h --subject dashboard
  p2p_admin capabilities | jq .exit_codes
)"},
};

}  // namespace

std::span<const Recipe> cheat_sheet() noexcept { return recipes; }

}  // namespace p2p
