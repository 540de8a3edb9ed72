#!/usr/bin/env bash
# files.sh PATTERN...: the project's own files of these names, NUL between them: what git has or would take, and in
# an unpacked archive without git what stands outside build/.
set -euo pipefail
cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/.."
if git rev-parse --is-inside-work-tree >/dev/null 2>&1; then
  git ls-files -z --cached --others --exclude-standard -- "$@" |
    while IFS= read -r -d '' file; do if [ -e "$file" ]; then printf '%s\0' "$file"; fi; done
else
  names=()
  for pattern in "$@"; do names+=(-o -name "$pattern"); done
  find . -path ./build -prune -o -type f \( "${names[@]:1}" \) -print0
fi
