#!/bin/bash
# Rewrites what can be rewritten: format of C++ and proto, white space at line ends;
# writes the BUILD files of Bazel from the CMakeLists.txt files.
set -euo pipefail
cd "$(dirname "$(readlink -f "$0")")/.."
export PYTHONDONTWRITEBYTECODE=1

tests/style/text.sh --fix
tests/style/format.sh --fix
tests/contract/buf.sh --fix
tests/build_parity.py --write
