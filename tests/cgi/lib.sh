# SPDX-License-Identifier: MIT
# shellcheck shell=sh
#
# Library of the scripts beside this file. It starts Redis and sends requests in both ways: through
# cgi-fcgi to a responder on a Unix socket, and to the program as plain CGI. The scripts compare the
# bytes of the answers with the bytes that they hold. The output is TAP.
#
# * options NAME=value ...: sets the options of sselog from here on (no blanks in values)
# * fcgi_and_cgi FUNCTION: calls FUNCTION twice, with $interface set to fcgi and to cgi
# * send_request [NAME=value ...]: sends a request, waits for its end, writes $dir/out, head and body
# * begin_request [NAME=value ...]: sends a request in the background
# * post [NAME=value ...]: send_request with the bytes of fd 0 as its body
# * wait_for_line TEXT: waits until TEXT is a line of the answer
# * terminate: sends SIGTERM to sselog, waits for the answer and sets $exit_status
# * status_is, head_is, body_is WHAT: compare the answer; the last two read the right bytes from fd 0
# * stream_head WHAT: head_is with the head of a stream
#
# Scripts compare no times, and sleep only to poll.

set -u
here=$(cd "$(dirname "$0")" && pwd)
sselog=$(realpath "${SSELOG:-$here/../../build/sselog}")
dir=$(mktemp -d "${TMPDIR:-/tmp}/sselog-cgi-XXXXXX")
socket=$dir/s.sock
redis=$dir/redis.sock
input=/dev/null tests=0 failures=0 interface='' server='' request_pid='' configured=''

run_server() {
    # shellcheck disable=SC2086 # options are words
    setpriv --pdeathsig KILL -- env -i $base $configured "$sselog" -s "$socket" 2>>"$dir/server.err" &
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
    [ -z "$request_pid" ] || kill -s KILL "$request_pid" 2>/dev/null
    [ -z "$server" ] || kill -s KILL "$server" 2>/dev/null
    kill -s KILL "$redis_pid" 2>/dev/null
    wait
    rm -rf "$dir"
}
# Waits until a command succeeds, for at least 30 seconds.
wait_for() {
    tries=0
    until "$@" >/dev/null 2>&1; do
        [ $((tries += 1)) -le 600 ] || return 1
        sleep 0.05
    done
}

# One test: its name, and the command that must succeed.
check() {
    what="$1${interface:+ ($interface)}"
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
# Succeeds if no line of the file (2) matches the expression (1).
no_line_matches() {
    ! grep -e "$1" "$2"
}
done_testing() {
    echo "1..$tests"
    [ "$failures" -eq 0 ]
}

options() {
    stop_server
    configured=$*
}
fcgi_and_cgi() {
    for interface in fcgi cgi; do
        redis_cli flushall >/dev/null
        [ "$interface" = cgi ] || run_server
        "$@"
        stop_server
    done
    interface=
}
redis_cli() {
    redis-cli -s "$redis" "$@"
}
# XADD with an id, so that the bytes of the stream are known.
add_record() {
    redis_cli xadd "$@" >/dev/null
}

request='GATEWAY_INTERFACE=CGI/1.1 SERVER_PROTOCOL=HTTP/1.1 REQUEST_METHOD=GET SCRIPT_NAME=/sselog
    QUERY_STRING= REMOTE_ADDR=127.0.0.1'
begin_request() {
    rm -f "$dir/out" "$dir/err"
    : >"$dir/out"
    # shellcheck disable=SC2086
    if [ "$interface" = fcgi ]; then
        setpriv --pdeathsig KILL -- env -i $request "$@" cgi-fcgi -bind -connect "$socket" \
            <"$input" >"$dir/out" 2>"$dir/err" &
    else
        setpriv --pdeathsig KILL -- env -i $base $configured $request "$@" "$sselog" \
            <"$input" >"$dir/out" 2>"$dir/err" &
    fi
    request_pid=$!
}
finish_request() {
    wait "$request_pid"
    request_status=$?
    request_pid=
    # The head ends at the first empty line; its lines end in CRLF.
    awk -v head="$dir/head" -v body="$dir/body" 'BEGIN { ORS = "" }
        done { print (n++ ? "\n" : "") $0 >body; next }
        $0 == "\r" { done = 1; next }
        { print $0 "\n" >head }' "$dir/out"
    [ -e "$dir/body" ] || : >"$dir/body"
    [ -e "$dir/head" ] || : >"$dir/head"
    # awk does not show whether the last line has a line end.
    [ -z "$(tail -c 1 "$dir/out" | tr -d '\n')" ] && [ -s "$dir/body" ] && echo >>"$dir/body"
    return 0
}
send_request() {
    rm -f "$dir/head" "$dir/body"
    begin_request "$@"
    finish_request
}
post() {
    input=$dir/input
    cat >"$input"
    send_request REQUEST_METHOD=POST "CONTENT_LENGTH=$(wc -c <"$input")" "$@"
    input=/dev/null
}
wait_for_line() {
    wait_for grep -qxF -- "$1" "$dir/out"
}
terminate() {
    rm -f "$dir/head" "$dir/body"
    # shellcheck disable=SC2034 # for the scripts
    if [ "$interface" = fcgi ]; then
        stop_server
        finish_request
        exit_status=$server_status
        run_server
    else
        kill -s TERM "$request_pid"
        finish_request
        exit_status=$request_status
    fi
}

# Compares the lines of the head in any order; each ends in CRLF.
head_is() {
    check "$1: head" same_head
}
# The head must be that of an event stream of the plain profile.
stream_head() {
    head_is "$1" <<'END'
Status: 200 OK
Content-Type: text/event-stream
Cache-Control: no-store, no-transform
Referrer-Policy: no-referrer
X-Accel-Buffering: no
X-Content-Type-Options: nosniff
END
}
same_head() {
    ! grep -v "$(printf '\r')\$" "$dir/head" || return 1
    tr -d '\r' <"$dir/head" | sort >"$dir/head.sorted"
    sort | diff - "$dir/head.sorted"
}
# Compares exact bytes, except the jittered number of a `retry:` after the first line, and digests.
body_is() {
    check "$1: body" same_body
}
same_body() {
    sed -e '2,$s/^retry: [0-9][0-9]*$/retry: JITTER/' -e 's/"whose":"[0-9a-f]\{16\}"/"whose":"WHOSE"/' \
        "$dir/body" >"$dir/body.plain"
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
