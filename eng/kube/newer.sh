#!/usr/bin/env bash
# Prints a folder with a current API server for custom resources: apiextensions-apiserver, the same library and the same code for custom resources that a kube-apiserver of its version is made of. Debian has no
# kube-apiserver after 1.20; this is what its unstable suite has sources for. Built once a machine when missing: 10 minutes on two quiet cores, 4.4 GB of disk meanwhile. HOLDFAST_NEWER, when set, is such a folder.
# Unstable moves, so this is for measurements and nothing the suite needs. Nothing is installed and nothing under /etc/apt changes.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
if [ -n "${HOLDFAST_NEWER:-}" ]; then
  [ -x "$HOLDFAST_NEWER/apiextensions-apiserver" ] || { echo "HOLDFAST_NEWER=$HOLDFAST_NEWER has no apiextensions-apiserver; unset it to build one" >&2; exit 1; }
  echo "$HOLDFAST_NEWER"; exit 0
fi

cache=${XDG_CACHE_HOME:-$HOME/.cache}/holdfast/newer
out=$cache/bin-$(cat "$here/newer.sh" "$here/core_proxy.go" | sha256sum | cut -c1-12)
mkdir -p "$cache"
exec 9>"$cache/lock"
flock 9
[ ! -x "$out/apiextensions-apiserver" ] || { echo "$out"; exit 0; }
exec 3>&1 >&2
echo "Building a current apiextensions-apiserver once for this machine (about 10 minutes on two cores; kept in $out) ..."

# W is kept when it is given: a second build is quick then.
if [ -n "${W:-}" ]; then mkdir -p "$W"; else W=$cache/build.$$; mkdir -p "$W"; trap 'chmod -R u+w "$W"; rm -rf "$W"' EXIT; fi
mkdir -p "$W"/apt/{parts,lists/partial,cache/archives/partial} "$W"/{debs,root,tmp,out}
: > "$W/apt/status"      # an empty system: apt names the whole closure then
cat > "$W/apt/parts/unstable.sources" <<S
Types: deb
URIs: $(sed -n 's/^URIs: *//p' /etc/apt/sources.list.d/debian.sources | head -n 1)
Suites: sid
Components: main
Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg
S
O=(-o Dir::Etc::SourceList=/dev/null -o Dir::Etc::SourceParts="$W/apt/parts" -o Dir::State="$W/apt" -o Dir::State::status="$W/apt/status" -o Dir::State::Lists="$W/apt/lists"
   -o Dir::Cache="$W/apt/cache" -o APT::Sandbox::User=root -o Acquire::Languages=none -o APT::Install-Recommends=0 -o Acquire::Retries=3)
apt-get "${O[@]}" update -qq
get() { # packages: downloads and unpacks each once
  local p new=()
  for p in "$@"; do [ -e "$W/debs/$p.done" ] || new+=("$p"); done
  [ ${#new[@]} = 0 ] && return
  (cd "$W/debs" && apt-get "${O[@]}" download -qq "${new[@]}")
  for p in "${new[@]}"; do dpkg -x "$W"/debs/"$p"_*.deb "$W/root"; : > "$W/debs/$p.done"; done
}

lib=golang-k8s-apiextensions-apiserver-dev
version=$(apt-cache "${O[@]}" show --no-all-versions $lib | sed -n 's/^Version: //p' | head -n 1 | sed 's/^[0-9]*://; s/[-+~].*//')
minor=$(cut -d. -f2 <<<"$version"); kubernetes=1.$minor.$(cut -d. -f3 <<<"$version")
gopkg=$(apt-cache "${O[@]}" depends golang-go | sed -n 's/^ *Depends: \(golang-[0-9.]*-go\)$/\1/p' | head -n 1)
mapfile -t closure < <(apt-get "${O[@]}" install -y --print-uris $lib "$gopkg" | sed -n "s/^'[^']*' \([^_]*\)_.*/\1/p" | grep -E '^golang-' | LC_ALL=C sort -u)
get etcd-server "${closure[@]}"
toolchain=go-$(sed 's/^golang-//; s/-go$//' <<<"$gopkg")
export GOROOT=$W/root/usr/lib/$toolchain GOPATH=$W/root/usr/share/gocode
# Debian links the toolchain's parts to /usr/share: point them into this folder
for l in $(find "$GOROOT" "$W/root/usr/share/$toolchain" -type l -lname '/*'); do
  t=$(readlink "$l"); case $t in "$W"/*) ;; *) ln -sfn "$W/root$t" "$l";; esac; done
src=$GOPATH/src/k8s.io/apiextensions-apiserver
# Alone, it has to answer /apis itself, with the core's groups, and passes on what it doesn't serve.
sed -i 's/c\.GenericConfig\.EnableDiscovery = false/c.GenericConfig.EnableDiscovery = true/' "$src/pkg/apiserver/apiserver.go"
sed -i 's/genericapiserver\.NewEmptyDelegate()/coreDelegate(o)/; s/config\.Complete()/withCoreGroups(config, o).Complete()/; /genericapiserver "k8s.io\/apiserver\/pkg\/server"$/d' "$src/pkg/cmd/server/server.go"
cp "$here/core_proxy.go" "$src/pkg/cmd/server/core_proxy.go"
ld="-s -w"
for p in component-base/version client-go/pkg/version; do
  for kv in gitVersion=v$kubernetes gitMajor=1 gitMinor=$minor gitTreeState=clean; do ld="$ld -X k8s.io/$p.$kv"; done; done
(cd "$src" && GOCACHE=$W/gocache GOTMPDIR=$W/tmp GO111MODULE=off CGO_ENABLED=0 GOPROXY=off GOTOOLCHAIN=local GOFLAGS='' "$GOROOT/bin/go" build -p 2 -trimpath -ldflags "$ld" -o "$W/out/apiextensions-apiserver" .)
install -m 755 "$W/root/usr/bin/etcd" "$W/out/etcd"
rm -rf "$out"; mv "$W/out" "$out"
echo "$out" >&3
