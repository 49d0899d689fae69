#!/usr/bin/env bash
# Runs every test: installs what is missing (Azurite by npm, jq, kubectl and the like by apt, etcd and kube-apiserver by eng/kube/assets.sh), builds with warnings as errors,
# and closes with the counts. Exits non-zero when a test failed, when none ran, or when every test of a suite was skipped (without --fast).
#   ./test.sh            everything
#   ./test.sh --fast     without the suites that need a live cluster
#   ./test.sh [--fast] -- ARGS   passes ARGS to dotnet test, for example: -- --filter FullyQualifiedName~Packing
set -euo pipefail
# Tests run in other folders than this one, and kubectl is to be the server's own where the assets have one: an older one on the PATH may be too old for it.
[ -z "${KUBEBUILDER_ASSETS:-}" ] || { KUBEBUILDER_ASSETS=$(cd "$KUBEBUILDER_ASSETS" && pwd); export KUBEBUILDER_ASSETS PATH="$KUBEBUILDER_ASSETS:$PATH"; }
cd "$(dirname "$0")"
fast=; [ "${1:-}" = --fast ] && { fast=1; shift; }
[ "${1:-}" = -- ] && shift

command -v dotnet >/dev/null || { echo "test.sh: 'dotnet' is missing: install the .NET SDK named in global.json" >&2; exit 1; }
command -v npm >/dev/null || { echo "test.sh: 'npm' is missing: install Node.js 20 or later, for Azurite" >&2; exit 1; }
[ -x node_modules/.bin/azurite-blob ] && [ node_modules/.package-lock.json -nt package-lock.json ] || npm ci --silent --no-audit --no-fund
mkdir -p artifacts
if [ -n "$fast" ]; then
  export HOLDFAST_LIVE=0
else
  # zcat, jq and kubectl are the line that brings a point back without Holdfast; restic moves the files of volumes; the others start servers.
  bash eng/kube/tools.sh zcat:gzip jq kubectl:kubernetes-client curl openssl python3 restic
  # tests/vectors/read.py reads encrypted vectors without Holdfast.
  python3 -c 'from cryptography.hazmat.primitives.kdf.argon2 import Argon2id' 2>/dev/null || {
    bash eng/kube/tools.sh pip3:python3-pip
    python3 -m pip install --quiet --break-system-packages 'cryptography>=44' 2>/dev/null || python3 -m pip install --quiet 'cryptography>=44'
  }
  # Building kube-apiserver and building Holdfast don't need each other.
  bash eng/kube/assets.sh >artifacts/kube-bin &
  assets=$!
  # Whatever the environment says: only --fast leaves the live suites out.
  export HOLDFAST_LIVE=1
fi

results=$PWD/artifacts/test-results
rm -rf "$results"
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1
# Formatting is part of the build: 'dotnet csharpier format src tests' does it.
if dotnet tool restore >/dev/null; then
  dotnet csharpier check src tests
else
  echo "test.sh: the formatting isn't checked: CSharpier (.config/dotnet-tools.json) could not be restored" >&2
fi
# One compiler for all projects, whatever the environment says: it halves the build.
dotnet build Functions.sln -c Release -v quiet --nologo -p:UseSharedCompilation=true
dotnet build-server shutdown --vbcscompiler >/dev/null 2>&1 || true
# The tests of whole processes run the program that users run.
./holdfast version >/dev/null
export HOLDFAST_PROGRAM=$PWD/artifacts/holdfast/holdfast
if [ -z "$fast" ]; then
  wait "$assets"
  KUBE_BIN=$(cat artifacts/kube-bin); export KUBE_BIN
fi
status=0
# The launcher makes do without native code; where a C compiler is there, that is a fault of the code.
if [ -e artifacts/holdfast/Holdfast.Archive.dll ] && { command -v gcc || command -v clang; } >/dev/null; then
  echo "test.sh: the command line didn't become native code: 'dotnet publish src/Cli -r linux-x64 -p:PublishAot=true' says why" >&2
  status=1
fi
# Tests are short: counting what they run, to optimise it once more, costs more than it gains.
export DOTNET_TieredPGO=0
# Two suites at a time, the long ones first: each has tests that wait for one process. A suite's output comes when it ends.
run_suite() {
  local project=$1 name output status=0; shift
  name=$(basename "$project" .Tests.csproj)
  output=$(dotnet test "$project" -c Release --no-build --nologo -v quiet --logger "console;verbosity=minimal" --logger "trx;LogFileName=$name.trx" \
    --results-directory "$results" "$@" 2>&1) || status=1
  printf '== %s\n%s\n' "$name" "$output"
  return $status
}
export -f run_suite
export results
mapfile -t suites < <(printf '%s\n' tests/{Clusters.Live,Functions.Live,Functions,Orchestrations,Cli}/*.Tests.csproj tests/*/*.Tests.csproj | awk '!seen[$0]++')
[ -z "$fast" ] || mapfile -t suites < <(printf '%s\n' "${suites[@]}" | grep -v '\.Live/')
printf '%s\0' "${suites[@]}" | xargs -0 -P 2 -I {} bash -c 'run_suite "$@"' run_suite {} "$@" || status=1

bash eng/test-results.sh "$results" ${fast:+--fast} || status=1
[ "$status" = 0 ] || echo "test.sh: something failed; details in $results" >&2
exit $status
