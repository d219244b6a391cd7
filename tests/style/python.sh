#!/bin/bash
# Every Python script parses, uses what it imports, and names only what exists.
set -euo pipefail
cd "$(dirname "$(readlink -f "$0")")/../.."
mapfile -t files < <(tests/style/files.sh '*.py')
exec /usr/bin/python3 -m pyflakes "${files[@]}"
