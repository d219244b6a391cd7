#!/bin/bash
# Every gate, in the order of how fast it answers; all run, and the names of the failed ones are
# told at the end. `./wici verify` calls this; `./wici verify --no-tidy` leaves out what needs a build.
set -euo pipefail
cd "$(dirname "$(readlink -f "$0")")/.."
export PYTHONDONTWRITEBYTECODE=1

failed=()
gate() {
  local name=$1 started=$SECONDS output
  shift
  local status=0
  output=$("$@" 2>&1) || status=$?
  if ((status == 0)); then
    echo "ok      $name ($((SECONDS - started)) s)"
  elif ((status == 77)); then  # a tool is missing that Debian does not have
    echo "SKIPPED $name: $output"
  else
    echo "FAILED  $name ($((SECONDS - started)) s): $*"
    printf '%s\n' "$output" | sed 's/^/        /'
    failed+=("$name")
  fi
}

tidy=1
[[ ${1:-} == --no-tidy ]] && tidy=0

gate "text" tests/style/text.sh
gate "shell" tests/style/shell.sh
gate "python" tests/style/python.sh
gate "clang-format" tests/style/format.sh
gate "buf" tests/contract/buf.sh
gate "API rules" /usr/bin/python3 tests/contract/api_rules_test.py
gate "methods without a handler" /usr/bin/python3 tests/contract/methods_test.py
gate "parity of CMake and Bazel" tests/build_parity.py
gate "Kubernetes manifests" deploy/kubernetes/policy_test.py
gate "documents" tests/style/docs_test.py
gate "layering" /usr/bin/python3 tests/layering/layering_test.py
if ((tidy)); then
  gate "mails as mailparser reads them" /usr/bin/python3 tests/e2e/mailparser_test.py
  gate "clang-tidy" tests/style/tidy.sh
fi

if ((${#failed[@]})); then
  echo "failed: ${failed[*]}. ./wici fix rewrites format and BUILD files."
  exit 1
fi
