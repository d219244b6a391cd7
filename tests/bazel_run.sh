#!/bin/bash
# What tests/bazel.sh runs each test under: in the source root, as ctest does.
set -euo pipefail
program=$(readlink -f "$1")
shift
cd "$(dirname "$(readlink -f "$0")")/.."
exec "$program" "$@"
