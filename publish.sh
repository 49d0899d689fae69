#!/usr/bin/env bash
# Lays out what is deployed, for linux-x64.
#   ./publish.sh [FOLDER]         the function app as a folder; default: artifacts/functions
#   ./publish.sh --cli [FOLDER]   the command line as an archive; default: artifacts/cli
# The function app is the .NET isolated worker (framework-dependent, its machine code made ahead), what the host reads of it (host.json, worker.config.json, functions.metadata) and the
# host's own extensions (extensions.json, .azurefunctions). The folder is recreated, but for a local.settings.json in it, which is the Functions host's on this machine: it has secrets, so
# leave it out of what is deployed. Zip the folder's content, .azurefunctions included: (cd FOLDER && zip -qr ../app.zip . -x local.settings.json)
# sbom.json of either (CycloneDX) lists what it is made of; .azurefunctions/sbom.json lists the host's extensions.
# The command line is one native program; with it are completions for shells, pages for man, and the licence: holdfast-VERSION-linux-x64.tar.gz with SHA256SUMS beside it.
set -euo pipefail
cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")"
runtime=linux-x64

say() { printf 'publish.sh: %s\n' "$*" >&2; }

command -v dotnet >/dev/null || { say "'dotnet' is missing: install the .NET SDK named in global.json"; exit 1; }

publish() {
  dotnet publish "$1" --configuration Release --artifacts-path artifacts/publish --output "$2" --nologo --verbosity quiet --runtime "$runtime" \
    -p:RunAnalyzers=false -p:DebugType=none -p:GenerateDocumentationFile=false "${@:3}"
}

# What is removed must be ours: a folder of an earlier run, or none at all.
require_ours() {
  if [ -e "$out" ] && [ ! -f "$out/$1" ] && [ -n "$(ls -A "$out" 2>/dev/null)" ]; then
    say "$out is not empty and holds no $1: give another folder"
    exit 1
  fi
}

publish_cli() {
  require_ours SHA256SUMS
  command -v clang >/dev/null || command -v gcc >/dev/null || { say "'clang' or 'gcc' is missing: native code is linked with it"; exit 1; }
  rm -rf "$out.new" artifacts/publish/cli
  publish src/Cli artifacts/publish/cli --self-contained -p:PublishAot=true -p:NativeDebugSymbols=false
  local program=artifacts/publish/cli/holdfast version name
  version=$("$program" version | sed 's/^holdfast //; s/+.*//')
  name=holdfast-$version-$runtime
  local root=$out.new/$name
  install -D -m 755 "$program" "$root/bin/holdfast"
  install -D -m 644 LICENSE "$root/share/doc/holdfast/LICENSE"
  bash eng/sbom.sh src/Cli/Holdfast.Cli.csproj holdfast "$root/share/doc/holdfast/sbom.json" artifacts/publish
  mkdir -p "$root"/share/{bash-completion/completions,zsh/site-functions,fish/vendor_completions.d,powershell}
  "$program" completion bash >"$root/share/bash-completion/completions/holdfast"
  "$program" completion zsh >"$root/share/zsh/site-functions/_holdfast"
  "$program" completion fish >"$root/share/fish/vendor_completions.d/holdfast.fish"
  "$program" completion pwsh >"$root/share/powershell/holdfast.ps1"
  "$program" man --out "$root/share/man/man1" >/dev/null
  # The same content is the same archive.
  tar --sort=name --owner=0 --group=0 --numeric-owner --mtime='@0' -C "$out.new" -cf - "$name" | gzip -9n >"$out.new/$name.tar.gz"
  rm -rf "$root"
  (cd "$out.new" && sha256sum "$name.tar.gz" >SHA256SUMS)
  rm -rf "$out"
  mv "$out.new" "$out"
  say "$out/$name.tar.gz is ready: $(du -m "$out/$name.tar.gz" | cut -f1) MiB; unpack it into /usr/local with --strip-components=1"
}

publish_app() {
  require_ours host.json
  rm -rf "$out.new"
  publish src/Functions "$out.new" --self-contained false -p:PublishReadyToRun=true
  for file in host.json worker.config.json functions.metadata extensions.json .azurefunctions; do
    [ -e "$out.new/$file" ] || { say "the build made no $file: without it a host can't run the app"; exit 1; }
  done
  bash eng/sbom.sh src/Functions/Holdfast.Functions.csproj holdfast-app "$out.new/sbom.json" artifacts/publish
  # The host's extensions are restored by a project that the build makes: its own obj, or below the artifacts.
  local extensions restored=
  extensions=$(find artifacts/publish/obj -name WorkerExtensions.csproj -print -quit)
  [ -n "$extensions" ] || { say "the build left no project of the host's extensions: what they are made of isn't known"; exit 1; }
  [ -e "$(dirname "$extensions")/obj/project.assets.json" ] || restored=artifacts/publish
  bash eng/sbom.sh "$extensions" Microsoft.Azure.Functions.Worker.Extensions "$out.new/.azurefunctions/sbom.json" $restored
  if [ -f "$out/local.settings.json" ]; then cp -p "$out/local.settings.json" "$out.new/"; fi
  rm -rf "$out"
  mv "$out.new" "$out"
  say "$out is ready: $(grep -c '"entryPoint"' "$out/functions.metadata") functions, $(du -sm "$out" | cut -f1) MiB"
}

case ${1:-} in
  --cli) out=$(realpath -m "${2:-artifacts/cli}"); publish_cli ;;
  -*) say "there is no option $1: ./publish.sh [FOLDER], or ./publish.sh --cli [FOLDER]"; exit 2 ;;
  *) out=$(realpath -m "${1:-artifacts/functions}"); publish_app ;;
esac
