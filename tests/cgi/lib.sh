# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# For the scripts beside this file: requests made of environment variables, sent both ways,
# through cgi-fcgi to a responder on a Unix socket and to the program run as plain CGI; the bytes
# that come back compared with what is written in the script.  Prints TAP.
#
#   options NAME=value ...      how sselog is configured from here on (no blanks in values)
#   both FUNCTION               calls FUNCTION twice, with $way set to fcgi and to cgi
#   ask [NAME=value ...]        one request ($way), to its end; leaves $dir/out, head, body
#   begin [NAME=value ...]      the same in the background; see until_out and finish
#   until_out TEXT              waits until TEXT is a line of the answer so far
#   terminate                   SIGTERM to the sselog that answers; finish: waits for its answer
#   status_is, head_is, body_is WHAT      compare; the last two read what is right from fd 0
#
# Times are never compared, and nothing sleeps but to poll.

set -u
here=$(cd "$(dirname "$0")" && pwd)
sselog=$(realpath "${SSELOG:-$here/../../build/sselog}")
dir=$(mktemp -d "${TMPDIR:-/tmp}/sselog-cgi-XXXXXX")
socket=$dir/s.sock
redis=$dir/redis.sock
tests=0 failures=0 way='' server='' asked='' given=''

# With the words $@ of a command in $given, so that options can be used by name.
run_server() {
    # shellcheck disable=SC2086 # options are words
    setpriv --pdeathsig KILL -- env -i $base $given "$sselog" -s "$socket" 2>>"$dir/server.err" &
    server=$!
    # shellcheck disable=SC2086
    wait_for env -i $request cgi-fcgi -bind -connect "$socket" </dev/null
}
stop_server() {
    [ -z "$server" ] && return
    kill -s TERM "$server" 2>/dev/null
    wait "$server"
    server_status=$?
    server=
    rm -f "$socket"
}
clean() {
    [ -z "$asked" ] || kill -s KILL "$asked" 2>/dev/null
    [ -z "$server" ] || kill -s KILL "$server" 2>/dev/null
    kill -s KILL "$redis_pid" 2>/dev/null
    wait
    rm -rf "$dir"
}
# Until a command succeeds, 30 seconds at least.
wait_for() {
    tries=0
    until "$@" >/dev/null 2>&1; do
        [ $((tries += 1)) -le 600 ] || return 1
        sleep 0.05
    done
}

# One test: its name, then the command that must succeed.
check() {
    what="$1${way:+ ($way)}"
    shift
    tests=$((tests + 1))
    if "$@" >"$dir/why" 2>&1; then
        echo "ok $tests - $what"
    else
        failures=$((failures + 1))
        echo "not ok $tests - $what"
        sed 's/^/# /' "$dir/why"
        tail -n 3 "$dir/server.err" "$dir/err" 2>/dev/null | sed 's/^/# /'
    fi
}
# Whether no line of a file holds the expression.
absent() {
    ! grep -e "$1" "$2"
}
done_testing() {
    echo "1..$tests"
    [ "$failures" -eq 0 ]
}

options() {
    stop_server
    given=$*
}
both() {
    for way in fcgi cgi; do
        redis_cli flushall >/dev/null
        [ "$way" = cgi ] || run_server
        "$@"
        stop_server
    done
    way=
}
redis_cli() {
    redis-cli -s "$redis" "$@"
}
# XADD with an id, so that the bytes are known.
add() {
    redis_cli xadd "$@" >/dev/null
}

request='GATEWAY_INTERFACE=CGI/1.1 SERVER_PROTOCOL=HTTP/1.1 REQUEST_METHOD=GET SCRIPT_NAME=/sselog
    QUERY_STRING= REMOTE_ADDR=127.0.0.1'
begin() {
    rm -f "$dir/out" "$dir/err"
    : >"$dir/out"
    # shellcheck disable=SC2086
    if [ "$way" = fcgi ]; then
        setpriv --pdeathsig KILL -- env -i $request "$@" cgi-fcgi -bind -connect "$socket" \
            </dev/null >"$dir/out" 2>"$dir/err" &
    else
        setpriv --pdeathsig KILL -- env -i $base $given $request "$@" "$sselog" \
            </dev/null >"$dir/out" 2>"$dir/err" &
    fi
    asked=$!
}
finish() {
    wait "$asked"
    asked_status=$?
    asked=
    # The head ends at the first empty line; its lines end in CRLF.
    awk -v head="$dir/head" -v body="$dir/body" 'BEGIN { ORS = "" }
        done { print (n++ ? "\n" : "") $0 >body; next }
        $0 == "\r" { done = 1; next }
        { print $0 "\n" >head }' "$dir/out"
    [ -e "$dir/body" ] || : >"$dir/body"
    [ -e "$dir/head" ] || : >"$dir/head"
    # awk does not tell whether the last line was ended.
    [ -z "$(tail -c 1 "$dir/out" | tr -d '\n')" ] && [ -s "$dir/body" ] && echo >>"$dir/body"
    return 0
}
ask() {
    rm -f "$dir/head" "$dir/body"
    begin "$@"
    finish
}
until_out() {
    wait_for grep -qxF -- "$1" "$dir/out"
}
terminate() {
    rm -f "$dir/head" "$dir/body"
    # shellcheck disable=SC2034 # for the scripts
    if [ "$way" = fcgi ]; then
        stop_server
        finish
        ended=$server_status
        run_server
    else
        kill -s TERM "$asked"
        finish
        ended=$asked_status
    fi
}

# The lines of the head in any order, each ended by CRLF.
head_is() {
    check "$1: head" same_head
}
same_head() {
    ! grep -v "$(printf '\r')\$" "$dir/head" || return 1
    tr -d '\r' <"$dir/head" | sort >"$dir/head.sorted"
    sort | diff - "$dir/head.sorted"
}
# Exact bytes, but for the number in a `retry:` that is not the first line: it is jittered.
body_is() {
    check "$1: body" same_body
}
same_body() {
    sed '2,$s/^retry: [0-9][0-9]*$/retry: JITTER/' "$dir/body" >"$dir/body.plain"
    diff - "$dir/body.plain"
}
status_is() {
    check "$1: status $2" grep -q "^Status: $2" "$dir/head"
}

base="PATH=$PATH SSELOG_ALLOW_ROOT=1 SSELOG_REDIS=unix://$redis"
for name in ASAN_OPTIONS UBSAN_OPTIONS TSAN_OPTIONS LSAN_OPTIONS; do
    eval "value=\${$name-}"
    # shellcheck disable=SC2154 # set by eval
    [ -z "$value" ] || base="$base $name=$value"
done
trap clean EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP
setpriv --pdeathsig KILL -- redis-server --port 0 --unixsocket "$redis" --save '' --dir "$dir" \
    --logfile "$dir/redis.log" &
redis_pid=$!
wait_for redis_cli ping || {
    echo 'not ok 1 - redis-server starts'
    exit 1
}
