#!/bin/bash
# No white space at line ends, no tabs outside make files, and a newline at the end of each file.
# With --fix, mends the first and the last.
set -euo pipefail
cd "$(dirname "$(readlink -f "$0")")/../.."

mapfile -t files < <(tests/style/files.sh '*.h' '*.cc' '*.proto' '*.py' '*.sh' '*.sql' '*.md' \
  '*.txt' '*.cmake' '*.json' '*.yaml' '*.bzl' '*BUILD' '*BUILD.bazel' 'WORKSPACE' 'wici')
if [[ ${1:-} == --fix ]]; then
  sed -i 's/[[:blank:]]\+$//' "${files[@]}"
  for file in "${files[@]}"; do
    if [[ -s $file && -n $(tail -c 1 "$file") ]]; then echo >>"$file"; fi
  done
  exit 0
fi

status=0
if grep -nE '[[:blank:]]+$' "${files[@]}"; then
  echo "white space at the end of the lines above"
  status=1
fi
if grep -nP '\t' "${files[@]}"; then
  echo "tabs in the lines above"
  status=1
fi
for file in "${files[@]}"; do
  if [[ -s $file && -n $(tail -c 1 "$file") ]]; then
    echo "$file: no newline at the end"
    status=1
  fi
done
exit $status
