#!/usr/bin/env bash
# format.sh          formats every C++ file of the project by .clang-format
# format.sh --check  changes nothing; exit 1 and the places when a file is not formatted
# format.sh FILE...  formats these
set -euo pipefail
cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/.."
program=${CLANG_FORMAT:-clang-format-19}
command -v "$program" >/dev/null || { echo "format.sh: $program is not installed (apt install clang-format-19)" >&2; exit 1; }

mode=(-i)
if [ "${1:-}" = --check ]; then
  mode=(--dry-run -Werror)
  shift
fi
if [ $# -gt 0 ]; then
  printf '%s\0' "$@"
else
  tools/files.sh '*.cpp' '*.hpp'
fi | xargs -0 -r -n 16 -P "$(nproc)" "$program" "${mode[@]}" || { echo "to repair: tools/format.sh" >&2; exit 1; }
