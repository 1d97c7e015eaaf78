# Sourced by run.sh and test.sh, which set `root` (the checkout) first: finds Python, makes the virtual environment,
# installs when pyproject.toml or the constraints changed. Knows nothing of directives. Speaks on stderr only.

needed_kb=3500000   # the environment takes 2 GB; pip unpacks beside it, and the model is unpacked once

# say VIETNAMESE ENGLISH
say() {
    if [ "${CHIDAO_LANG:-vi}" = en ]; then printf '%s\n' "$2" >&2; else printf '%s\n' "$1" >&2; fi
}

# stop VIETNAMESE ENGLISH: one line, exit code 2 (wrong use or configuration)
stop() {
    say "$1" "$2"
    exit 2
}

# Sets `python` to the first interpreter of at least 3.11; PYTHON names another.
find_python() {
    seen=
    for candidate in ${PYTHON:+"$PYTHON"} python3 python3.13 python3.12 python3.11 python3.14 python; do
        version=$("$candidate" -c 'import sys; print("%d.%d" % sys.version_info[:2])' 2>/dev/null) || continue
        case $version in
            3.1[1-9] | 3.[2-9][0-9]) python=$candidate; return ;;
            *) seen=${seen:-$version} ;;
        esac
    done
    [ -n "$seen" ] && stop \
        "Python $seen quá cũ: Chỉ đạo cần Python 3.11 trở lên (đặt PYTHON=đường-dẫn nếu máy có bản khác)." \
        "Python $seen is too old: Chỉ đạo needs Python 3.11 or later (set PYTHON=path if the machine has another)."
    stop "Không thấy Python: hãy cài Python 3.11 trở lên." "No Python found: please install Python 3.11 or later."
}

check_disk() {
    free_kb=$(df -Pk "$1" 2>/dev/null | awk 'NR == 2 { print $4 }')
    [ "${free_kb:-$needed_kb}" -ge "$needed_kb" ] || stop \
        "Không đủ chỗ trên đĩa: cần khoảng 3,5 GB ở $1, chỉ còn $((free_kb / 1024)) MB." \
        "Not enough disk: about 3.5 GB are needed in $1, $((free_kb / 1024)) MB are free."
}

# What an installation depends on: if this text is the same, there is nothing to install.
installation() {
    # shellcheck disable=SC2154 # set by who sources this
    printf '%s ' "$root"
    cat "$root/pyproject.toml" "$root/deploy/constraints.txt" | cksum
}

# Makes `venv` anew unless it works; only ever clears what is a virtual environment already.
make_venv() {
    "$venv/bin/python" -m pip --version >/dev/null 2>&1 && return
    [ -f "$venv/pyvenv.cfg" ] || [ -z "$(ls -A "$venv")" ] || stop \
        "$venv không trống và không phải môi trường ảo: hãy đặt CHIDAO_VENV chỗ khác." \
        "$venv is neither empty nor a virtual environment: please point CHIDAO_VENV elsewhere."
    "$python" -m venv --clear "$venv" >&2 || stop \
        "Không tạo được môi trường ảo ở $venv." "Cannot make a virtual environment in $venv."
}

# ensure_environment [EXTRA]: `venv` holds the package, with EXTRA's dependencies too. Sets `venv`.
ensure_environment() {
    extra=${1:-}
    venv=${CHIDAO_VENV:-$root/.venv}
    case $venv in /*) ;; *) venv=$PWD/$venv ;; esac
    unset CHIDAO_VENV   # the script's own; chidao refuses CHIDAO_ names it does not know
    stamp=$venv/.installed${extra:+-$extra}
    wanted=$(installation)
    [ "$(cat "$stamp" 2>/dev/null)" = "$wanted" ] && [ -x "$venv/bin/python" ] && return

    find_python
    "$python" -c 'import ensurepip, venv' 2>/dev/null || stop \
        "Python thiếu mô-đun venv: hãy cài nó (trên Debian, Ubuntu: gói python3-venv)." \
        "Python lacks its venv module: please install it (on Debian and Ubuntu: the package python3-venv)."
    mkdir -p "$venv" 2>/dev/null && [ -w "$venv" ] || stop "Không ghi được vào $venv." "Cannot write to $venv."
    check_disk "$venv"
    say "Đang cài đặt vào $venv (lần đầu mất vài phút)…" "Installing into $venv (the first time takes minutes)…"
    make_venv
    "$venv/bin/python" -m pip install --quiet --constraint "$root/deploy/constraints.txt" \
        --editable "$root${extra:+[$extra]}" >&2 || stop \
        "Cài đặt không thành: pip đã nêu lý do ở trên; sửa xong hãy chạy lại." \
        "The installation failed: pip gave the reason above; mend it and run again."
    printf '%s\n' "$wanted" >"$venv/.installed"
    printf '%s\n' "$wanted" >"$stamp"
}
