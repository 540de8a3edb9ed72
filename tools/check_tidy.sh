#!/usr/bin/env bash
# check_tidy.sh BUILD_TREE [BASE]: clang-tidy on the C++ files that differ from BASE (default: the last commit, or
# the one before it when nothing has changed since). .clang-tidy says what stops a merge and what is advice.
set -euo pipefail
tree=$1
cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/.."
command -v clang-tidy-19 >/dev/null || { echo "clang-tidy-19 is not installed"; exit 77; }
base=${2:-HEAD}
if [ $# -lt 2 ] && git diff --quiet HEAD -- 2>/dev/null; then base=HEAD~1; fi
git rev-parse --verify -q "$base^{commit}" >/dev/null || { echo "no commit $base to compare with"; exit 77; }

files=()
while IFS= read -r -d '' file; do
  if grep -qF "/$file\"" "$tree/compile_commands.json"; then files+=("$file"); fi
done < <(git diff -z --name-only --diff-filter=d "$base" -- 'src/*.cpp' 'sdk/*.cpp')
echo "${#files[@]} files changed since $base"
if [ ${#files[@]} -gt 0 ]; then printf '%s\0' "${files[@]}" | xargs -0 -n 1 -P "$(nproc)" clang-tidy-19 --quiet -p "$tree"; fi
