#!/usr/bin/env bash
# Writes the list of the files of web/ that the binary embeds, Sources/C/CWebAssets/CWebAssets.c. Run it when a file
# of web/ was added, renamed or removed; an edit needs nothing, the compiler reads the files themselves.
set -euo pipefail
cd "$(dirname "$0")/.."

list=Sources/C/CWebAssets/CWebAssets.c
mapfile -t paths < <(cd web && find . -type f ! -path './test/*' -printf '%P\n' | LC_ALL=C sort)

{
    echo "// Written by scripts/web-assets.sh: do not edit."
    echo
    echo '#include "CWebAssets.h"'
    for index in "${!paths[@]}"; do
        printf '\nstatic const unsigned char file%d[] = {\n#embed "../../../web/%s"\n};\n' "$index" "${paths[$index]}"
    done
    printf '\nstatic const martlet_web_asset assets[] = {\n'
    for index in "${!paths[@]}"; do
        printf '    {"%s", file%d, sizeof file%d},\n' "${paths[$index]}" "$index" "$index"
    done
    printf '};\n\nsize_t martlet_web_asset_count(void) { return sizeof assets / sizeof assets[0]; }\n'
    printf '\nconst martlet_web_asset *martlet_web_asset_at(size_t index) { return &assets[index]; }\n'
} > "$list.new"
mv "$list.new" "$list"
echo "$list lists ${#paths[@]} files"
