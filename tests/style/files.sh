#!/bin/bash
# files.sh PATTERN...: the files of the project that match, one a line: what git tracks or would
# add, or everything outside build output where there is no git.
set -euo pipefail
cd "$(dirname "$(readlink -f "$0")")/../.."
if git rev-parse --git-dir >/dev/null 2>&1; then
  git ls-files --cached --others --exclude-standard -- "$@" |
    while read -r file; do if [[ -f $file ]]; then echo "$file"; fi; done
else
  arguments=()
  for pattern in "$@"; do arguments+=(-o -path "./$pattern"); done
  find . \( -name build -o -name .wici -o -name node_modules -o -name 'bazel-*' \) -prune -o \
    -type f \( "${arguments[@]:1}" \) -print | sed 's#^\./##'
fi | sort -u
