#!/usr/bin/env bash
# Lays out the function app as a folder to deploy: host.json, a folder with function.json for each function, and the executable, self-contained and compiled ahead for linux-x64.
#   ./publish.sh [FOLDER]       default: artifacts/functions
# The folder is made anew, but for a local.settings.json in it, which is the Functions host's on this machine: it has secrets, so leave it out of what is deployed.
# Zipped, keep its modes: the executable bit must survive (zip -r, not a copy through Windows).
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
  --runtime "$runtime" --self-contained true -p:PublishReadyToRun=true -p:RunAnalyzers=false -p:DebugType=none -p:GenerateDocumentationFile=false
cp host.json "$out.new/"
chmod +x "$out.new/holdfast-app"
"$out.new/holdfast-app" functions --write "$out.new"
# A Functions host takes these for its own.
rm -f "$out.new"/{appsettings*.json,web.config,*.staticwebassets.endpoints.json}
if [ -f "$out/local.settings.json" ]; then cp -p "$out/local.settings.json" "$out.new/"; fi
rm -rf "$out"
mv "$out.new" "$out"
say "$out is ready: $(find "$out" -name function.json | wc -l) functions, $(du -sm "$out" | cut -f1) MiB"
