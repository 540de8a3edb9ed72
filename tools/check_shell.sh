#!/usr/bin/env bash
# Every shell script of the project passes shellcheck: *.sh, and what begins with a line that names a shell.
set -euo pipefail
cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/.."
command -v shellcheck >/dev/null || { echo "shellcheck is not installed"; exit 77; }
scripts=()
while IFS= read -r -d '' file; do
  first=$(head -c 64 "$file" | head -n 1 | tr -d '\0')
  if [[ $file == *.sh || $first =~ ^#!.*[/\ ](ba|da)?sh ]]; then scripts+=("$file"); fi
done < <(tools/files.sh run '*.sh' '.ci/*' 'tools/*' 'bench/*')
shellcheck "${scripts[@]}"
echo "${#scripts[@]} scripts"
