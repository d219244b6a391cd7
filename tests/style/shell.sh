#!/bin/bash
# ShellCheck over every shell script.
set -euo pipefail
cd "$(dirname "$(readlink -f "$0")")/../.."
mapfile -t files < <(tests/style/files.sh '*.sh' wici .ci/run)
exec shellcheck "${files[@]}"
