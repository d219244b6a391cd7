#!/bin/bash
# buf over proto/: lint, format, and no breaking change since the last release tag. Then proves
# that the last gate bites: every deliberately broken copy under broken/ must be refused.
# --fix rewrites the format.
set -euo pipefail
cd "$(dirname "$(readlink -f "$0")")/../.."

machine=$(uname -m)
buf=tests/node_modules/@bufbuild/buf-linux-${machine/x86_64/x64}/bin/buf
[[ -x $buf ]] || { echo "buf is not installed: run ./wici setup"; exit 1; }
if [[ ${1:-} == --fix ]]; then exec "$buf" format -w; fi

"$buf" lint
"$buf" format --diff --exit-code

# A directory, not a buf image: against an image, a workspace compares nothing and passes.
if tag=$(git describe --tags --abbrev=0 --match 'v*' 2>/dev/null); then
  "$buf" breaking --against ".git#tag=$tag"
fi

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
cp buf.yaml "$scratch"
for edit in tests/contract/broken/*.sed; do
  rm -rf "$scratch/proto"
  cp -r proto "$scratch"
  file=$(sed -n 's/^# file: //p' "$edit")
  sed -i -f "$edit" "$scratch/$file"
  if cmp -s "$scratch/$file" "$file"; then
    echo "$edit changes nothing in $file: adapt it"
    exit 1
  fi
  if "$buf" breaking "$scratch" --against . >"$scratch/out" 2>&1; then
    echo "buf breaking let $edit pass"
    exit 1
  elif ! grep -q "^proto/\|\.proto:" "$scratch/out"; then
    echo "buf breaking failed on $edit for another reason:"
    cat "$scratch/out"
    exit 1
  fi
done
