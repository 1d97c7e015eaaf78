#!/bin/sh
# Sets up on a fresh machine and runs Chỉ đạo: `sh deploy/run.sh [PATH...]` reads directives (the samples by default) and
# opens the chat, or the Telegram bot when CHIDAO_BOT_TOKEN is set; `sh deploy/run.sh COMMAND ...` runs one chidao command.
set -u
root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd) || exit 2
. "$root/deploy/environment.sh"

# setting NAME: its value in the environment or, failing that, in ./.env
setting() {
    value=$(printenv "$1") || value=$(sed -n "s/^[[:space:]]*\(export[[:space:]]*\)\{0,1\}$1[[:space:]]*=[[:space:]]*//p" .env 2>/dev/null | tail -n 1)
    printf '%s' "$value"
}

chidao() {
    "$venv/bin/chidao" "$@"
}

# Exit code 1 of an ingest: some files were refused and explained, the rest is stored.
ingest() {
    chidao ingest "$@" >&2 || [ $? -eq 1 ] || exit 2
}

# The samples, unless the store holds something already.
ensure_samples() {
    [ -n "$(chidao list directives --format jsonl 2>/dev/null)" ] && return
    say "Đang nạp các văn bản mẫu…" "Reading the sample directives…"
    ingest "$root/corpus/samples"
}

ensure_environment
if [ -z "$(setting CHIDAO_HOME)" ]; then
    CHIDAO_HOME=$root/.chidao   # one store per checkout, whatever the current directory
    export CHIDAO_HOME
fi

case ${1:-} in
    ingest | restore | backup | remove | bench | -*) exec "$venv/bin/chidao" "$@" ;;
    doctor) (ensure_samples); exec "$venv/bin/chidao" "$@" ;;   # it explains what keeps the samples out
    ask | search | list | chat | bot) ensure_samples; exec "$venv/bin/chidao" "$@" ;;
    '') ensure_samples ;;
    *)
        if [ ! -e "$1" ]; then
            case $1 in */* | *.*) stop "Không có tệp hay thư mục: $1" "No such file or folder: $1" ;; esac
            exec "$venv/bin/chidao" "$@"
        fi
        ingest "$@"
        ;;
esac

if [ -n "$(setting CHIDAO_BOT_TOKEN)" ]; then exec "$venv/bin/chidao" bot; else exec "$venv/bin/chidao" chat; fi
