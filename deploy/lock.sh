#!/bin/sh
# Writes the lock file: every runtime dependency (with PostgreSQL's driver and what builds the package) at one version, each
# file with its SHA-256. `sh deploy/lock.sh WHEELS [PYTHON] [FILE]`: WHEELS is the folder or the index of CPU builds of torch,
# PYTHON the version to resolve for (3.11), FILE the lock to write (deploy/requirements.lock). Needs uv on the PATH (pip install uv).
# Versions already in the lock stay; UPGRADE=yes takes the newest that pyproject.toml allows, for review and a run of the tests.
set -eu
root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
# shellcheck source=deploy/environment.sh
. "$root/deploy/environment.sh"

wheels=${1:-}
version=${2:-3.11}
lock=${3:-$root/deploy/requirements.lock}
[ -n "$wheels" ] || stop \
    "Cách dùng: sh deploy/lock.sh NƠI-CÓ-TORCH-BẢN-CPU [PHIÊN-BẢN-PYTHON] [TỆP]" \
    "Usage: sh deploy/lock.sh PLACE_OF_CPU_TORCH [PYTHON_VERSION] [FILE]"
command -v uv >/dev/null || stop "Thiếu uv: pip install uv" "uv is missing: pip install uv"

if [ -d "$wheels" ]; then
    wheels=$(CDPATH='' cd -- "$wheels" && pwd)
    set -- --find-links "$wheels"
else
    # The CPU index has copies of other packages too; whatever comes first must not hide what is newer elsewhere.
    set -- --extra-index-url "$wheels" --index-strategy unsafe-best-match
fi
[ "${UPGRADE:-no}" = no ] || set -- "$@" --upgrade

cd "$root"
# The build's own requirement, so that an image is built without fetching anything that is not hashed.
build=$(mktemp)
trap 'rm -f "$build"' EXIT
sed -n 's/^requires = \["\(setuptools[^"]*\)"\]$/\1/p' pyproject.toml >"$build"
[ -s "$build" ] || stop "Không đọc được build-system trong pyproject.toml." "Cannot read build-system in pyproject.toml."

# --no-config, --no-emit-…: no address of any index gets into the file, whoever writes it.
uv --no-config pip compile pyproject.toml "$build" --extra postgresql --constraint deploy/constraints.txt \
    --python-version "$version" --python-platform x86_64-manylinux_2_28 --only-binary :all: \
    --generate-hashes --no-emit-index-url --no-emit-find-links --no-annotate --quiet \
    --custom-compile-command "sh deploy/lock.sh WHEELS" --output-file "$lock" "$@"
# What is wanted is the CPU build; another would bring gigabytes of GPU libraries.
grep -q '^torch==[0-9.]*+cpu ' "$lock" || stop \
    "$wheels không có torch bản CPU cho Python $version." "$wheels has no CPU build of torch for Python $version."
say "Đã ghi $lock." "Wrote $lock."
