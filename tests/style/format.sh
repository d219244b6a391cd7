#!/bin/bash
# clang-format over C++; --fix rewrites.
set -euo pipefail
cd "$(dirname "$(readlink -f "$0")")/../.."
mapfile -t files < <(tests/style/files.sh 'libs/*.h' 'libs/*.cc' 'services/*.h' 'services/*.cc' \
  'tests/*.h' 'tests/*.cc' | grep -v /broken/)
if [[ ${1:-} == --fix ]]; then exec clang-format -i "${files[@]}"; fi
exec clang-format --dry-run --Werror "${files[@]}"
