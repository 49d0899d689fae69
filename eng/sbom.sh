#!/usr/bin/env bash
# Writes the software bill of materials of a project: CycloneDX 1.6 in JSON, with each package's version, SHA-512, license and package URL, as the build resolved them. Asks no network,
# and gives the same bytes for the same packages: it has no time and no serial number.
#   eng/sbom.sh PROJECT NAME FILE [ARTIFACTS]     NAME: of the program; ARTIFACTS: the folder that the project was built with (--artifacts-path); default: its own obj
set -euo pipefail
project=$1 name=$2 file=$3 artifacts=${4:+$(realpath "$4")}
version=$(sed -n 's:.*<Version>\(.*\)</Version>.*:\1:p' Directory.Build.props)
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
dotnet tool restore >/dev/null
said=$(dotnet dotnet-CycloneDX "$project" --output "$folder" --filename sbom.json --output-format Json --spec-version 1.6 --disable-package-restore \
  --include-project-references --no-serial-number --set-name "$name" --set-version "$version" \
  ${artifacts:+--base-intermediate-output-path "$artifacts"} 2>&1) || { printf 'sbom.sh: %s\n' "$said" >&2; exit 1; }
mkdir -p "$(dirname "$file")"
sed '/^ *"timestamp":/d' "$folder/sbom.json" > "$file"
