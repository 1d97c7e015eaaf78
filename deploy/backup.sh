#!/bin/sh
# One backup of the whole state into a folder, while the bot runs, and the oldest away: `sh backup.sh [--every-day] FOLDER`. KEEP
# says how many stay (14). The settings are the bot's own. A new backup gets its name only when it is whole, and an older one goes
# only after that.
set -eu
umask 077

every_day=no
[ "${1:-}" = --every-day ] && { every_day=yes; shift; }
folder=${1:?folder for the backups}
keep=${KEEP:-14}
case $keep in '' | *[!0-9]* | 0) printf '%s\n' "KEEP: a number from 1" >&2; exit 2 ;; esac

back_up() {
    mkdir -p "$folder"
    name=chidao-$(date -u +%Y%m%dT%H%M%SZ).zip
    scratch=$(mktemp -d "$folder/.unfinished-XXXXXX")
    trap 'rm -rf "$scratch"' EXIT
    chidao backup "$scratch/$name" >&2
    mv "$scratch/$name" "$folder/$name"
    printf '%s\n' "$folder/$name"
    # Names sort by time.
    find "$folder" -maxdepth 1 -type f -name 'chidao-*Z.zip' | sort -r | tail -n "+$((keep + 1))" |
        while read -r old; do
            rm -- "$old"
        done
}

[ "$every_day" = yes ] || { back_up; exit; }
while :; do
    if (back_up); then pause=86400; else
        printf '%s\n' "backup.sh: failed, trying again in an hour" >&2
        pause=3600
    fi
    sleep "$pause" &
    wait $!    # a signal is heeded at once
done
