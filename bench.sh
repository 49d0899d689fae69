#!/usr/bin/env bash
# Measures Holdfast as whole processes against curl, kubectl and a bare client on a real kube-apiserver, prints ratios, writes artifacts/bench.json,
# and exits non-zero when a bar does not hold. About 25 minutes on two cores. Nothing else should run meanwhile.
#   ./bench.sh [PAIRS] [capture|newer|restore|verify|space|catalogue|hub]     PAIRS: alternating pairs a figure, default 5
# KUBEBUILDER_ASSETS names another kube-apiserver. 'newer' measures captures of custom resources on a current API server, which eng/kube/newer.sh builds when it is missing; without a name for what to measure it is
# part of the whole where HOLDFAST_NEWER names the folder of one.
set -euo pipefail
root=$(cd "$(dirname "$0")" && pwd)
[ -z "${KUBEBUILDER_ASSETS:-}" ] || { KUBEBUILDER_ASSETS=$(cd "$KUBEBUILDER_ASSETS" && pwd); export KUBEBUILDER_ASSETS; }
cd "$root"
KUBE_BIN=$(bash eng/kube/assets.sh); export BIN=$KUBE_BIN
# The server's own kubectl where there is one: what is measured is not an older one's detours.
export PATH="$KUBE_BIN:$PATH"
bash eng/kube/tools.sh kubectl:kubernetes-client curl openssl python3
[ -x "$KUBE_BIN/etcd" ] && export ETCD=$KUBE_BIN/etcd
if [ "${2:-}" = newer ] || [ -n "${HOLDFAST_NEWER:-}" ]; then HOLDFAST_NEWER=$(bash eng/kube/newer.sh); export HOLDFAST_NEWER; fi
./holdfast version >/dev/null
dotnet build tests/Benchmarks -c Release -v quiet --nologo
exec dotnet tests/Benchmarks/bin/Release/net10.0/holdfast-bench.dll "$root" "${HOLDFAST:-$root/holdfast}" "${1:-5}" "${2:-}"
