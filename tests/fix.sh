#!/bin/bash
# Rewrites what can be rewritten: format of C++ and proto, white space at line ends.
set -euo pipefail
cd "$(dirname "$(readlink -f "$0")")/.."
export PYTHONDONTWRITEBYTECODE=1

tests/style/text.sh --fix
tests/style/format.sh --fix
tests/contract/buf.sh --fix
