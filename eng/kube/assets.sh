#!/usr/bin/env bash
# Prints the folder that holds etcd, kube-apiserver and kube-controller-manager for the live suites, building them once a
# machine when they are missing. KUBEBUILDER_ASSETS, when set, is used as it is: that is how other versions are tested.
# Progress goes to stderr; the folder is the only line on stdout. Two callers at once wait for one build.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
if [ -n "${KUBEBUILDER_ASSETS:-}" ]; then
  for b in etcd kube-apiserver; do
    [ -x "$KUBEBUILDER_ASSETS/$b" ] || { echo "KUBEBUILDER_ASSETS=$KUBEBUILDER_ASSETS has no $b; unset it to build one, or point it at a folder of an 'envtest' release" >&2; exit 1; }
  done
  echo "$KUBEBUILDER_ASSETS"; exit 0
fi

cache=${XDG_CACHE_HOME:-$HOME/.cache}/holdfast/kube
bin=$cache/bin-$(sha256sum "$here/build.sh" | cut -c1-12)
mkdir -p "$cache"
exec 9>"$cache/lock"
flock 9
if [ ! -x "$bin/kube-apiserver" ]; then
  {
    sudo=; [ "$(id -u)" = 0 ] || sudo=sudo
    echo "Building kube-apiserver once for this machine (about 5 minutes on two cores; kept in $bin) ..."
    missing=; for p in golang-go etcd-server golang-github-modern-go-reflect2-dev curl openssl python3; do dpkg -s "$p" >/dev/null 2>&1 || missing="$missing $p"; done
    if [ -n "$missing" ]; then
      $sudo apt-get update -qq
      # shellcheck disable=SC2086
      $sudo env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing
    fi
    work=$cache/build.$$; trap 'rm -rf "$work"' EXIT
    mkdir -p "$work/src" "$work/out" "$work/apt/parts" "$work/apt/lists/partial"
    # the source package, through private lists: nothing under /etc/apt changes
    sed 's/^Types: deb$/Types: deb-src/' /etc/apt/sources.list.d/debian.sources > "$work/apt/parts/src.sources"
    O="-o Dir::Etc::SourceList=/dev/null -o Dir::Etc::SourceParts=$work/apt/parts -o Dir::State::Lists=$work/apt/lists -o APT::Sandbox::User=root"
    # shellcheck disable=SC2086
    apt-get $O update -qq
    # shellcheck disable=SC2086
    (cd "$work/src" && apt-get $O source -qq --download-only --only-source kubernetes)
    W=$work OUT=$work/out SRC=$work/src bash "$here/build.sh"
    ln -s "$(command -v etcd)" "$work/out/etcd"
    chmod -R u+w "$work"
    mv "$work/out" "$bin"
  } >&2
fi
echo "$bin"
