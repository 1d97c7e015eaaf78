#!/bin/sh
# Writes the bill of materials, deploy/sbom.json (CycloneDX): what an installation of the lock consists of, with licences and who
# needs whom. `sh deploy/sbom.sh PYTHON`: the interpreter of an environment made from the lock alone, such as
# /opt/chidao/venv/bin/python. Needs cyclonedx-py on the PATH (pip install cyclonedx-bom), which checks what it writes.
set -eu
root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
# shellcheck source=deploy/environment.sh
. "$root/deploy/environment.sh"

python=${1:-}
[ -x "$python" ] || stop "Cách dùng: sh deploy/sbom.sh PYTHON-CỦA-MÔI-TRƯỜNG" "Usage: sh deploy/sbom.sh PYTHON_OF_THE_ENVIRONMENT"
command -v cyclonedx-py >/dev/null || stop "Thiếu cyclonedx-py: pip install cyclonedx-bom" "cyclonedx-py is missing: pip install cyclonedx-bom"

whole=$(mktemp)
trap 'rm -f "$whole"' EXIT
cyclonedx-py environment "$python" --pyproject "$root/pyproject.toml" --output-reproducible --spec-version 1.6 \
    --output-format JSON --output-file "$whole"
"$python" "$root/deploy/trim_sbom.py" "$whole" "$root/deploy/requirements.lock" >"$root/deploy/sbom.json"
say "Đã ghi $root/deploy/sbom.json." "Wrote $root/deploy/sbom.json."
