#!/usr/bin/env bash
# eng/test-results.sh FOLDER [--fast]: counts the results (.trx) in a folder. Fails when a test failed, when none ran, or, without
# --fast, when a suite has tests and every one of them was skipped: what it needs (a kube-apiserver, most often) wasn't there, and
# nothing was shown.
set -euo pipefail
folder=$1; fast=${2:-}
# <Counters total="7" executed="7" passed="7" failed="0" error="0" timeout="0" ... notExecuted="0" ...>
counters() { cat "$@" /dev/null | grep -o '<Counters [^>]*>' || true; }
sum() { local name=$1; shift; counters "$@" | sed -nE "s/.* $name=\"([0-9]+)\".*/\1/p" | awk '{n+=$1} END {print n+0}'; }
failures() { echo $(( $(sum failed "$@") + $(sum error "$@") + $(sum timeout "$@") + $(sum aborted "$@") )); }

shopt -s nullglob
suites=("$folder"/*.trx)
status=0
for suite in "${suites[@]}"; do
  if [ "$fast" != --fast ] && [ "$(sum total "$suite")" -gt 0 ] && [ "$(sum passed "$suite")" = 0 ] && [ "$(failures "$suite")" = 0 ]; then
    echo "test.sh: every test of $(basename "$suite" .trx) was skipped; ./test.sh --fast leaves the live suites out" >&2
    status=1
  fi
done
passed=$(sum passed "${suites[@]}"); total=$(sum total "${suites[@]}"); failed=$(failures "${suites[@]}")
[ "$total" -gt 0 ] || { echo "test.sh: no test ran" >&2; status=1; }
[ "$failed" = 0 ] || status=1
echo "$passed passed, $failed failed, $(( total - passed - failed )) skipped"
exit $status
