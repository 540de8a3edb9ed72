#!/bin/sh
# Calls hello on a running node and checks the answer; exit 0 if all is well. P2P_COORD names the node
# (127.0.0.1:8001), P2P_ADMIN the program (p2p_admin).
set -eu
program=${P2P_ADMIN:-p2p_admin}

# A service that was just put in is being compiled: waits for it, half a minute at most.
tries=0
until "$program" call hello.health_check >/dev/null 2>&1; do
  tries=$((tries + 1))
  if [ "$tries" -ge 30 ]; then
    "$program" call hello.health_check # says why
    exit 1
  fi
  sleep 1
done

answer=$("$program" call hello.greet name=test -o json)
case $answer in
  *'"greeting":"hello, test"'*) echo "hello: ok" ;;
  *)
    echo "hello: greet answered $answer" >&2
    exit 1
    ;;
esac
