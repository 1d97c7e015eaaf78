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

# Two processes, since many tests wait; a file stays with one of them, and files come in their order, the slow ones first.
# Tests of processes and time-outs on a machine that is busy with other things: what fails is tried once more at once, then
# once more alone, and named in the output.
check_tests() {
    printf '== pytest %s\n' "$*"
    "$venv/bin/pytest" --cache-clear --numprocesses 2 --dist loadfile --no-loadscope-reorder --reruns 1 "$@" ||
        "$venv/bin/pytest" --last-failed --last-failed-no-failures none "$@" || failed="$failed pytest"
}

unset PYTHONDONTWRITEBYTECODE   # many tests start processes: compiled once is enough

check ruff check .
check mypy
check lint-imports
check_tests
check_tests --store=postgresql tests/integration   # once more what opens a store (tests/stores.py)
[ -z "$failed" ] && exit
say "Không đạt:$failed" "Failed:$failed"
exit 1
