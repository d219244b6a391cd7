#!/bin/bash
# clang-tidy over the .cc files of libs and services, two at a time. A file whose text, headers
# and rules did not change since its last clean run is not checked again (build/tidy holds the
# stamps), so the first run takes minutes and the next one seconds. Arguments: files, if not all.
set -euo pipefail
cd "$(dirname "$(readlink -f "$0")")/../.."
exec /usr/bin/python3 tests/style/tidy.py "$@"
