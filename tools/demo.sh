#!/usr/bin/env bash
# The demo of a built node: ./run demo builds and then comes here.
#
# With a terminal: a coordinator with the shipped services, its log on the screen, until Ctrl-C.
# Without one:     the tour, once, with a state directory and a services folder of its own that it takes away
#                  again. Exit 0, or 1 when a step did not give what it must.
# Arguments go to the node.
set -euo pipefail
cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/.."

readonly NODE_PROGRAM=${P2P_ADMIN:-./p2p_admin}
export no_proxy="127.0.0.1,${no_proxy:-}"
PLACE=$(mktemp -d "${TMPDIR:-/tmp}/p2p_admin.demo.XXXXXX")
PID=""
URL=""
FAILED=0

say() { printf "%s\n" "$@"; }

# SIGTERM lets running calls finish and cleans the services up; it is what a supervisor sends.
stop_node() {
  local code=0
  [ -n "$PID" ] || return 0
  kill -TERM "$PID" 2>/dev/null || true
  wait "$PID" || code=$?
  PID=""
  return "$code"
}

leave() {
  stop_node || true
  rm -rf "$PLACE"
}
trap leave EXIT

taken() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

# start_node ARGUMENTS...: sets PID and URL once the node is ready. It gets a process group of its own, so that Ctrl-C
# reaches this script alone, which then stops the node in order.
start_node() {
  local port=8001 i
  if taken "$port"; then
    say "Port $port is taken; another free one is used."
    port=0
  fi
  setsid "$NODE_PROGRAM" coordinator --port "$port" --ready-fd 3 "$@" 3>"$PLACE/ready" </dev/null &
  PID=$!
  for ((i = 0; i < 600; i++)); do
    kill -0 "$PID" 2>/dev/null || return 1
    port=$(sed -n 's/.*"port": *\([0-9]*\).*/\1/p' "$PLACE/ready")
    URL="http://127.0.0.1:$port"
    if [ -n "$port" ] && curl -fs --max-time 2 "$URL/readyz" >/dev/null; then return 0; fi
    sleep 0.1
  done
  return 1
}

demo() {
  trap 'exit 0' INT TERM HUP
  start_node --services-dir services --verbose "$@" || { say "The node did not start; its log is above."; exit 1; }
  cat <<END

p2p_admin runs. Health: $URL/health   Metrics: $URL/metrics   Ctrl-C stops it.
Three calls to try in another terminal, in this folder:

  TOKEN=\$(curl -s -X POST $URL/auth/token -H 'Content-Type: application/json' -d '{"node_id": "me"}' |
    sed 's/.*"access_token":"\([^"]*\)".*/\1/')
  curl -s -X POST $URL/rpc/system/get_system_metrics -H "Authorization: Bearer \$TOKEN"
  cp -r services/examples/hello services/ && sleep 3 &&
    curl -s -X POST $URL/rpc/hello/greet -H "Authorization: Bearer \$TOKEN" -H 'Content-Type: application/json' -d '{"params": {"name": "you"}}'

END
  wait "$PID"
}

# step TITLE STATUS PATTERN COMMAND: shows the command and its answer; the step holds when the HTTP status is
# STATUS and the body matches PATTERN. What is shown is what runs: $TOKEN and $URL are the shell's.
step() {
  local title=$1 status=$2 pattern=$3 command=$4 answer body code
  say "" "# $title" "\$ ${command//\$URL/$URL}"
  answer=$(eval "$command --max-time 30 -w '\n%{http_code}'") || true
  body=${answer%$'\n'*}
  code=${answer##*$'\n'}
  if [ ${#body} -gt 320 ]; then say "${body:0:320}..."; else say "$body"; fi
  if [ "$code" = "$status" ] && grep -Eq "$pattern" <<<"$body"; then return 0; fi
  say "  <-- this was to be HTTP $status with /$pattern/, and it is HTTP $code"
  FAILED=$((FAILED + 1))
}

# A dropped-in service is compiled first: asks for it until it answers, one minute at most.
wait_for_hello() {
  local i
  for ((i = 0; i < 600; i++)); do
    curl -fs --max-time 2 -o /dev/null "${AUTH[@]}" -X POST "$URL/rpc/hello/health_check" && break
    sleep 0.1
  done
}

# shellcheck disable=SC2016  # the commands are shown before they are expanded
tour() {
  mkdir "$PLACE/services"
  start_node --services-dir "$PLACE/services" --state-dir "$PLACE/state" "$@" 2>"$PLACE/log" ||
    { cat "$PLACE/log"; say "demo: the node did not start"; exit 1; }
  say "p2p_admin runs on $URL."
  step "Is it well?" 200 '"status":"healthy"' 'curl -s $URL/health'
  step "A token. On this machine, for this user, no secret is asked for" 200 '"access_token":"[^"]+' \
    'curl -s -X POST $URL/auth/token -H "Content-Type: application/json" -d '\''{"node_id": "demo"}'\'
  TOKEN=$(curl -s -X POST "$URL/auth/token" -H "Content-Type: application/json" -d '{"node_id": "demo"}' |
    sed -n 's/.*"access_token":"\([^"]*\)".*/\1/p')
  AUTH=(-H "Authorization: Bearer $TOKEN")
  step "What is loaded" 200 '"system"' 'curl -s $URL/local/services -H "Authorization: Bearer $TOKEN"'
  step "A call" 200 '"hostname":.*"error":null' \
    'curl -s -X POST $URL/rpc/system/get_system_info -H "Authorization: Bearer $TOKEN"'
  say "" "# A service is dropped in while the node runs: one folder with a main.cpp" \
    "\$ cp -r services/examples/hello \$SERVICES_DIR/"
  cp -r services/examples/hello "$PLACE/services/"
  wait_for_hello
  step "... and called" 200 '"result":.*tour' \
    'curl -s -X POST $URL/rpc/hello/greet -H "Authorization: Bearer $TOKEN" -H "Content-Type: application/json" -d '\''{"params": {"name": "tour"}}'\'
  step "A mistake: the error names what is meant" 404 'get_system_info' \
    'curl -s -X POST $URL/rpc/system/get_sytem_info -H "Authorization: Bearer $TOKEN"'
  step "No token, no call" 401 '"unauthenticated"' 'curl -s -X POST $URL/rpc/system/get_system_info'
  finish
}

finish() {
  local code=0
  stop_node || code=$?
  say "" "SIGTERM: the node ended with exit code $code."
  if [ "$code" != 0 ]; then FAILED=$((FAILED + 1)); fi
  if [ "$FAILED" = 0 ]; then
    say "demo: every step gave what it must."
  else
    say "The node's log:"
    cat "$PLACE/log"
    say "demo: $FAILED steps did not give what they must."
    exit 1
  fi
}

[ -x "$NODE_PROGRAM" ] || { say "demo: $NODE_PROGRAM is not built yet; run: ./run build"; exit 1; }
if [ -t 0 ]; then demo "$@"; else tour "$@"; fi
