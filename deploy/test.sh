#!/bin/sh
# Sets up on a fresh machine and passes every check of the project; all of them run, even after one has failed.
set -u
root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd) || exit 2
. "$root/deploy/environment.sh"

ensure_environment dev
cd "$root" || exit 2
for name in $(env | sed -n 's/^\(CHIDAO_[A-Z_]*\)=.*/\1/p'); do
    unset "$name"   # the tests give their own settings
done

failed=
check() {
    printf '== %s\n' "$*"
    "$venv/bin/$@" || failed="$failed $1"
}

check ruff check .
check mypy
check lint-imports
# Processes and time-outs on a machine that is busy with other things: what fails is tried once more, and named at the end.
check pytest --reruns 1
check pytest --reruns 1 --store=postgresql tests/integration   # once more what opens a store (tests/stores.py)
[ -z "$failed" ] && exit
say "Không đạt:$failed" "Failed:$failed"
exit 1
