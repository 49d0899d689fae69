#!/usr/bin/env bash
# Lays out the function app as a folder to deploy: the .NET isolated worker for linux-x64 (framework-dependent, its machine code made ahead), what the host reads of it (host.json,
# worker.config.json, functions.metadata) and the host's own extensions (extensions.json, .azurefunctions).
#   ./publish.sh [FOLDER]       default: artifacts/functions
# The folder is made anew, but for a local.settings.json in it, which is the Functions host's on this machine: it has secrets, so leave it out of what is deployed.
# Zip the folder's content, .azurefunctions included: (cd FOLDER && zip -qr ../app.zip . -x local.settings.json)
set -euo pipefail
cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")"
out=$(realpath -m "${1:-artifacts/functions}")
runtime=linux-x64

say() { printf 'publish.sh: %s\n' "$*" >&2; }

command -v dotnet >/dev/null || { say "'dotnet' is missing: install the .NET SDK named in global.json"; exit 1; }
# What is removed below must be ours: a folder of an earlier run, or none at all.
if [ -e "$out" ] && [ ! -f "$out/host.json" ] && [ -n "$(ls -A "$out" 2>/dev/null)" ]; then
  say "$out is not empty and no function app: give another folder"
  exit 1
fi

rm -rf "$out.new"
dotnet publish src/Functions --configuration Release --artifacts-path artifacts/publish --output "$out.new" --nologo --verbosity quiet \
  --runtime "$runtime" --self-contained false -p:PublishReadyToRun=true -p:RunAnalyzers=false -p:DebugType=none -p:GenerateDocumentationFile=false
for file in host.json worker.config.json functions.metadata extensions.json .azurefunctions; do
  [ -e "$out.new/$file" ] || { say "the build made no $file: without it a host can't run the app"; exit 1; }
done
if [ -f "$out/local.settings.json" ]; then cp -p "$out/local.settings.json" "$out.new/"; fi
rm -rf "$out"
mv "$out.new" "$out"
say "$out is ready: $(grep -c '"entryPoint"' "$out/functions.metadata") functions, $(du -sm "$out" | cut -f1) MiB"
