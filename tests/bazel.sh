#!/bin/bash
# Builds and tests every target through WORKSPACE, against Debian's packages, without a download.
# Arguments: Bazel labels, if not all. WICI_TEST_POSTGRES is handed to the tests.
set -euo pipefail
cd "$(dirname "$(readlink -f "$0")")/.."
trap 'bazel shutdown >/dev/null 2>&1 || true' EXIT
(($#)) || set -- //...
bazel build "$@"
# Not in the sandbox: there root may not enter the directory of PostgreSQL's user.
bazel test --strategy=TestRunner=local --run_under="$PWD/tests/bazel_run.sh" "$@"
