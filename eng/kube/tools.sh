#!/usr/bin/env bash
# Installs programs that are missing, each named TOOL or TOOL:DEBIAN-PACKAGE: what start.sh, the live suites and the benchmarks call. KUBEBUILDER_ASSETS brings servers, and none of these.
#   tools.sh jq zcat:gzip kubectl:kubernetes-client
set -euo pipefail
missing=; for tool in "$@"; do command -v "${tool%%:*}" >/dev/null || missing="$missing ${tool##*:}"; done
[ -n "$missing" ] || exit 0
sudo=; [ "$(id -u)" = 0 ] || sudo=sudo
# shellcheck disable=SC2086
{ $sudo apt-get update -qq && $sudo env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing; } >&2 ||
  { echo "can't install$missing: install them (Debian's names), then run it again" >&2; exit 1; }
