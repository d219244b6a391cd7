#!/bin/bash
# Builds the image, which has the programs of services/, without a container engine, and writes
# build/image/wici-VERSION.oci.tar, which podman, docker, skopeo and ctr can load.
#
#   deploy/images/build.sh [VERSION]     after ./wici build
#
# The base is reproducible: the same packages and the same SOURCE_DATE_EPOCH give the same bytes.
set -euo pipefail
cd "$(dirname "$(readlink -f "$0")")/../.."

readonly BINARIES=(
  wici-cluster-registry wici-registration wici-notification wici-notification-intake)
version=${1:-$(sed -n 's/^project(wici VERSION \([0-9.]*\).*/\1/p' CMakeLists.txt)}
epoch=${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct 2>/dev/null || echo 0)}
out=build/image
context=$out/context

die() { echo "build.sh: $*" >&2; exit 1; }

((EUID == 0)) || die "unpacking packages and chroot need root: run it with sudo"
for tool in buildah mmdebstrap; do
  command -v "$tool" >/dev/null || die "$tool is missing: run ./wici setup"
done
rm -rf "$context" "$out/storage" "$out/run"
mkdir -p "$context/bin"
for binary in "${BINARIES[@]}"; do
  [[ -x build/release/bin/$binary ]] || die "build/release/bin/$binary: run ./wici build first"
  strip -o "$context/bin/$binary" "build/release/bin/$binary"
done

# Kept between runs: it changes only with its list of packages.
base=$out/base-$(sha256sum deploy/images/packages.txt | cut -c1-12).tar
if [[ ! -f $base ]]; then
  echo "Making the base from $(grep -vc '^#' deploy/images/packages.txt) Debian packages ..."
  SOURCE_DATE_EPOCH=$epoch mmdebstrap --quiet --variant=extract \
    --include="$(grep -v '^#' deploy/images/packages.txt | paste -sd,)" \
    --dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-include=/usr/share/doc/*/copyright' \
    --dpkgopt='path-exclude=/usr/share/man/*' --dpkgopt='path-exclude=/usr/share/locale/*' \
    bookworm "${base%.tar}.part.tar"
  mv "${base%.tar}.part.tar" "$base"
fi
cp --reflink=auto "$base" "$context/base.tar"

# Every library that a binary asks for must be in the base: found here, not in production.
root=$(mktemp -d)
trap 'rm -rf "$root"' EXIT
tar -C "$root" -xf "$base" --exclude='./dev/*'
# What the package's script would do: the services check certificates of mail relays.
cat "$root"/usr/share/ca-certificates/mozilla/*.crt >"$context/ca-certificates.crt"
cp "$context"/bin/* "$root/usr/bin/"
for binary in "${BINARIES[@]}"; do
  chroot "$root" "/usr/bin/$binary" --version ||
    die "$binary does not start in the base: is a package missing in deploy/images/packages.txt?"
done

storage=(--root "$PWD/$out/storage" --runroot "$PWD/$out/run" --storage-driver vfs)
buildah "${storage[@]}" bud --quiet --isolation chroot --timestamp "$epoch" --layers=false \
  --label "org.opencontainers.image.title=wici" \
  --label "org.opencontainers.image.version=$version" \
  --label "org.opencontainers.image.licenses=Apache-2.0" \
  --tag "localhost/wici:$version" --file deploy/images/Containerfile "$context" >/dev/null
archive=$out/wici-$version.oci.tar
rm -f "$archive"
buildah "${storage[@]}" push --quiet "localhost/wici:$version" \
  "oci-archive:$archive:localhost/wici:$version"
buildah "${storage[@]}" rmi --all --force >/dev/null
rm -rf "$context" "$out/storage" "$out/run"
echo "$archive ($(du -h "$archive" | cut -f1)): localhost/wici:$version"
