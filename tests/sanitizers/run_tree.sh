#!/usr/bin/env bash
# run_tree.sh TREE [CTEST ARGUMENTS...]: runs the tests of a build tree; 77 (skipped) when it is not built.
set -euo pipefail
tree=$1
shift
if [ ! -f "$tree/CTestTestfile.cmake" ]; then
  echo "$tree is not built; ./run test builds it"
  exit 77
fi
# Debian's symbolizer has a version in its name, which the sanitizers would not find by themselves.
if symbolizer=$(command -v llvm-symbolizer-19); then
  export ASAN_OPTIONS="external_symbolizer_path=$symbolizer:detect_stack_use_after_return=1:strict_string_checks=1:${ASAN_OPTIONS:-}"
  export UBSAN_OPTIONS="external_symbolizer_path=$symbolizer:print_stacktrace=1:${UBSAN_OPTIONS:-}"
  export TSAN_OPTIONS="external_symbolizer_path=$symbolizer:second_deadlock_stack=1:${TSAN_OPTIONS:-}"
fi
exec ctest --test-dir "$tree" --parallel 2 --output-on-failure --no-tests=error "$@"
