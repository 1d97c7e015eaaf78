#!/bin/sh
# Installs or upgrades the bot on one machine with systemd, without containers; run as root, again after each `git pull`. Makes the
# user chidao, /opt/chidao (program, model), /etc/chidao (settings, secrets), /var/lib/chidao (state), /var/backups/chidao, the units.
# What exists keeps its content: settings and secrets are never overwritten.
set -u
umask 022
root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd) || exit 2
# shellcheck source=deploy/environment.sh
. "$root/deploy/environment.sh"

usage() {
    cat <<'TEXT'
sh deploy/install.sh [--wheels PLACE] [--workers N] [--ocr] [--office] [--without-lock] [--dry-run]

  --wheels PLACE   folder or index of CPU builds of torch / thư mục hoặc kho có torch bản CPU
  --workers N      N workers behind a proxy (needs PostgreSQL); without it one that polls / N tiến trình sau proxy
  --ocr            read scans too: tesseract with Vietnamese, through apt / đọc cả bản chụp
  --office         read .doc and .rtf too: LibreOffice, through apt / đọc cả .doc và .rtf
  --without-lock   versions by pyproject.toml instead of the hashed lock, for another Python than 3.11 / không dùng tệp khóa
  --dry-run        only say what would be done / chỉ nói sẽ làm gì
TEXT
}

python='' wheels='' workers=0 packages='' locked=yes dry=no
while [ $# -gt 0 ]; do
    case $1 in
        --wheels) wheels=${2:?}; shift ;;
        --workers) workers=${2:?}; shift ;;
        --ocr) packages="$packages tesseract-ocr tesseract-ocr-vie" ;;
        --office) packages="$packages libreoffice-writer-nogui" ;;
        --without-lock) locked=no ;;
        --dry-run) dry=yes ;;
        -h | --help) usage; exit 0 ;;
        *) usage >&2; exit 2 ;;
    esac
    shift
done
case $workers in [0-9]) ;; *) stop "--workers: từ 0 đến 9." "--workers: 0 to 9." ;; esac

# run COMMAND…: does it, or only says so
run() {
    printf '+ %s\n' "$*"
    [ "$dry" = yes ] && return
    "$@" || stop "Không làm được: $*" "Failed: $*"
}

# await_ready N: until worker N, if it runs, says that it takes work; two minutes at most
await_ready() {
    [ "$dry" = no ] && systemctl is-active --quiet "chidao-bot@$1.service" || return 0
    "$python" - "946$1" <<'PY' ||
import http.client, sys, time
for _ in range(120):
    try:
        link = http.client.HTTPConnection("127.0.0.1", int(sys.argv[1]), timeout=5)
        link.request("GET", "/readyz")
        if link.getresponse().status == 200:
            sys.exit(0)
    except OSError:
        pass
    time.sleep(1)
sys.exit(1)
PY
        stop "Tiến trình $1 chưa sẵn sàng: journalctl -u chidao-bot@$1" "Worker $1 is not ready: journalctl -u chidao-bot@$1"
}

# once FILE OWNER MODE SOURCE: a file that the administrator edits, put there the first time only
once() {
    if [ -e "$1" ]; then printf '= %s\n' "$1"; return; fi
    run install -o "${2%:*}" -g "${2#*:}" -m "$3" "$4" "$1"
}

[ "$dry" = yes ] || [ "$(id -u)" -eq 0 ] || stop "Cần quyền root: sudo sh deploy/install.sh" "Run it as root: sudo sh deploy/install.sh"
command -v systemctl >/dev/null || [ "$dry" = yes ] || stop "Máy không có systemd." "This machine has no systemd."
find_python
version=$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
if [ "$locked" = yes ] && [ "$version" != 3.11 ]; then
    stop "Tệp khóa dành cho Python 3.11, máy có $version: đặt PYTHON, lập tệp khóa khác (deploy/lock.sh), hoặc --without-lock." \
        "The lock is for Python 3.11 and this is $version: set PYTHON, make another lock (deploy/lock.sh), or --without-lock."
fi
[ "$dry" = yes ] || check_disk /opt

[ -z "$packages" ] || {
    run apt-get update
    # shellcheck disable=SC2086 # several names
    run apt-get install --yes --no-install-recommends $packages
}

id chidao >/dev/null 2>&1 || run useradd --system --user-group --no-create-home --home-dir /var/lib/chidao \
    --shell /usr/sbin/nologin chidao
run install -d -m 755 /opt/chidao /opt/chidao/docs
run install -d -o root -g chidao -m 750 /etc/chidao /etc/chidao/secrets
run install -d -o chidao -g chidao -m 700 /var/lib/chidao /var/backups/chidao

# The program goes into a folder of its own, and a link is turned to it at the end: what runs keeps its files, and the release
# before stays for going back (ln -sfn RELEASE /opt/chidao/venv).
wanted=$(cd "$root" && cat pyproject.toml deploy/requirements.lock | cksum &&
    find bot corpus index -type f ! -path '*/__pycache__/*' -exec cksum {} + | sort | cksum)
if [ "$(cat /opt/chidao/venv/.installed 2>/dev/null)" = "$wanted" ]; then
    printf '= %s\n' "$(readlink /opt/chidao/venv)"
else
    release=/opt/chidao/releases/$(date -u +%Y%m%dT%H%M%SZ)
    run install -d -m 755 /opt/chidao/releases
    run "$python" -m venv "$release"
    [ "$dry" = yes ] || runuser -u chidao -- "$release/bin/python" -c pass 2>/dev/null || stop \
        "Người dùng chidao không chạy được $python (nằm trong thư mục riêng?): hãy đặt PYTHON là bản của hệ thống." \
        "The user chidao cannot run $python (in somebody's private folder?): set PYTHON to the system's own."
    where=''
    if [ -d "$wheels" ]; then where="--find-links $wheels"; elif [ -n "$wheels" ]; then where="--extra-index-url $wheels"; fi
    if [ "$locked" = yes ]; then
        # shellcheck disable=SC2086 # an option and its value
        run "$release/bin/pip" install --quiet --require-hashes --only-binary :all: $where \
            --requirement "$root/deploy/requirements.lock"
        run rm -rf "$root/build"    # setuptools would take modules from it that are no more
        run "$release/bin/pip" install --quiet --no-deps --no-build-isolation --no-index "$root"
    else
        # shellcheck disable=SC2086
        run "$release/bin/pip" install --quiet $where --constraint "$root/deploy/constraints.txt" "${root}[postgresql]"
    fi
    run env HF_HUB_OFFLINE=1 "$release/bin/python" "$root/deploy/unpack_model.py" /opt/chidao/models
    [ "$dry" = yes ] || printf '%s\n' "$wanted" >"$release/.installed"
    # What the new program finds, the old one has saved.
    if [ -e /opt/chidao/venv ] && { [ -e /var/lib/chidao/chidao.db ] || [ "$workers" -gt 0 ]; }; then
        run systemctl start chidao-backup.service
    fi
    run ln -sfn "$release" /opt/chidao/venv.new
    run mv -T /opt/chidao/venv.new /opt/chidao/venv
    # shellcheck disable=SC2012 # names of our own making
    for old in $(ls -r /opt/chidao/releases 2>/dev/null | tail -n +3); do
        run rm -r "/opt/chidao/releases/$old"
    done
fi
run install -m 755 "$root/deploy/systemd/chidao-admin" /usr/local/sbin/chidao-admin
run install -m 644 "$root/deploy/backup.sh" /opt/chidao/backup.sh
for page in "$root"/deploy/docs/*.md; do
    run install -m 644 "$page" /opt/chidao/docs/
done

once /etc/chidao/chidao.env root:chidao 640 "$root/deploy/systemd/chidao.env"
for secret in bot-token database-url webhook-secret; do
    once "/etc/chidao/secrets/$secret" root:chidao 640 /dev/null
done
for unit in "$root"/deploy/systemd/*.service "$root"/deploy/systemd/*.timer "$root"/deploy/systemd/*.target; do
    run install -m 644 "$unit" /etc/systemd/system/
done
[ "$workers" -eq 0 ] ||
    run install -D -m 644 "$root/deploy/systemd/database.conf" /etc/systemd/system/chidao-backup.service.d/database.conf
run systemctl daemon-reload
run systemctl enable --now chidao-backup.timer

# A worker is enabled now and started by the administrator, once the token is in its place; one that runs takes the new program.
if [ "$workers" -gt 0 ]; then
    number=1
    while [ "$number" -le "$workers" ]; do
        run systemctl enable "chidao-bot@$number.service"
        run systemctl try-restart "chidao-bot@$number.service"    # one after another: somebody is always there
        await_ready "$number"
        number=$((number + 1))
    done
    start='systemctl start chidao-workers.target'
    run systemctl enable chidao-workers.target
else
    run systemctl enable chidao-bot.service
    run systemctl try-restart chidao-bot.service
    start='systemctl start chidao-bot'
fi

say "Xong. Ghi mã của bot vào /etc/chidao/secrets/bot-token, mã quản trị vào /etc/chidao/chidao.env, rồi: chidao-admin doctor; $start" \
    "Done. Put the token into /etc/chidao/secrets/bot-token and the administrators into /etc/chidao/chidao.env, then: chidao-admin doctor; $start"
