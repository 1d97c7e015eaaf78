#!/bin/sh
# Makes what is missing in deploy/secrets/: random passwords of PostgreSQL and Grafana, the database's address, the webhook's
# secret. What is there stays as it is. The bot's token is yours to put in: deploy/secrets/bot_token.
set -eu
folder=$(CDPATH='' cd -- "$(dirname -- "$0")/../secrets" && pwd)
umask 077

random() {
    od -An -N24 -tx1 /dev/urandom | tr -d ' \n'
}

# put FILE: standard input into a new file. Containers read it under numbers of their own, so everybody may; that nobody else on
# this machine does is the folder's work (mode 700).
put() {
    [ -s "$folder/$1" ] && return
    cat >"$folder/$1"
    chmod 644 "$folder/$1"
}

chmod 700 "$folder"
random | put postgres_password
random | put database_password
random | put webhook_secret
random | put grafana_password
printf 'postgresql+psycopg://chidao:%s@postgres/chidao' "$(cat "$folder/database_password")" | put database_url
[ -s "$folder/bot_token" ] || {
    : >"$folder/bot_token"
    chmod 644 "$folder/bot_token"
    printf '%s\n' "Hãy ghi mã của bot vào / put the bot's token into: $folder/bot_token" >&2
}
