#!/usr/bin/env bash
# Starts the API server of newer.sh beside a control plane of start.sh, on its etcd, as its front: custom resources are its own, everything else is the core's.
# A controller manager that runs on the core is started again on the front, so that it collects and deletes custom resources too.
# usage: start-newer.sh CORE        CORE is the RUNDIR of a start.sh that was started with newer.sh's etcd (ETCD=FOLDER/etcd): older ones can't prove a watch cache fresh. Writes CORE/newer/{kubeconfig,env,crd.pid,crd.log}
#        start-newer.sh stop CORE   before start.sh stop
# env: HOLDFAST_NEWER (folder of the binary; default: newer.sh's), EXTRA_NEWER_ARGS
set -euo pipefail
alive() { [ -r "/proc/$1/stat" ] && grep -q apiextensions-a "/proc/$1/comm" && ! grep -q '^State:[[:space:]]*Z' "/proc/$1/status"; }
stop() {
  [ -f "$1/crd.pid" ] || return 0
  local p i; p=$(cat "$1/crd.pid")
  if alive "$p"; then kill -TERM "$p"; for i in $(seq 80); do alive "$p" || break; [ "$i" = 15 ] && kill -TERM "$p"; sleep 0.1; done; if alive "$p"; then kill -KILL "$p"; fi; fi
  rm -f "$1/crd.pid"
}
if [ "${1:-}" = stop ]; then stop "$2/newer"; exit 0; fi

bin=${HOLDFAST_NEWER:-$(bash "$(dirname "$0")/newer.sh")}
CORE=$(cd "$1" && pwd); RUN=$CORE/newer; mkdir -p "$RUN"; chmod 700 "$RUN"
. "$CORE/env"
port=$(python3 -c 'import socket;s=socket.socket();s.bind(("127.0.0.1",0));print(s.getsockname()[1])')
"$bin/apiextensions-apiserver" --etcd-servers="$ETCD_URL" --etcd-prefix=/registry-crd --bind-address=127.0.0.1 --secure-port="$port" --cert-dir="$RUN/certs" \
  --kubeconfig="$CORE/kubeconfig" --authentication-kubeconfig="$CORE/kubeconfig" --authorization-kubeconfig="$CORE/kubeconfig" --authentication-skip-lookup \
  --enable-priority-and-fairness=false --disable-admission-plugins=MutatingAdmissionPolicy,ValidatingAdmissionPolicy ${EXTRA_NEWER_ARGS:-} >"$RUN/crd.log" 2>&1 & echo $! >"$RUN/crd.pid"
for i in $(seq 600); do
  alive "$(cat "$RUN/crd.pid")" || [ "$i" -lt 5 ] || { tail -n 5 "$RUN/crd.log" >&2; exit 1; }
  [ "$(curl -s --max-time 5 --cacert "$RUN/certs/apiserver.crt" -H "Authorization: Bearer $KUBE_TOKEN" "https://127.0.0.1:$port/readyz" || true)" = ok ] && break
  [ "$i" != 600 ] || { echo "not ready in time, see $RUN" >&2; stop "$RUN"; exit 1; }
  sleep 0.1
done
sed "s#server: .*#server: https://127.0.0.1:$port#; s#certificate-authority: .*#certificate-authority: $RUN/certs/apiserver.crt#" "$CORE/kubeconfig" >"$RUN/kubeconfig"
cat > "$RUN/env" <<K
KUBECONFIG=$RUN/kubeconfig
KUBE_SERVER=https://127.0.0.1:$port
KUBE_TOKEN=$KUBE_TOKEN
KUBE_CA=$RUN/certs/apiserver.crt
ETCD_URL=$ETCD_URL
K
if [ -f "$CORE/kcm.pid" ]; then
  kcm=$(cat "$CORE/kcm.pid"); mapfile -d '' -t command < "/proc/$kcm/cmdline"
  kill -TERM "$kcm"; for i in $(seq 100); do [ -r "/proc/$kcm/stat" ] && ! grep -q '^State:[[:space:]]*Z' "/proc/$kcm/status" || break; sleep 0.1; done
  # Servers of this version have no controller that makes a token for each service account.
  "${command[@]/#--kubeconfig=*/--kubeconfig=$RUN/kubeconfig}" --controllers=-serviceaccount-token >>"$CORE/kcm.log" 2>&1 & echo $! >"$CORE/kcm.pid"
fi
echo "ready; KUBECONFIG=$RUN/kubeconfig"
