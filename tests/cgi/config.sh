#!/bin/sh
# SPDX-License-Identifier: MIT
# The command line, and configurations that must not start. sselog then exits with status 2, writes one
# line that names the mistake, and serves nothing.
# shellcheck source=tests/cgi/lib.sh
. "$(dirname "$0")/lib.sh"

# Runs sselog: options for its environment, then -- and its arguments.
start() {
    env=''
    while [ $# -gt 0 ] && [ "$1" != -- ]; do
        env="$env $1"
        shift
    done
    [ $# -eq 0 ] || shift
    # shellcheck disable=SC2086
    timeout 60 env -i $base $env "$sselog" "$@" >"$dir/stdout" 2>"$dir/stderr" </dev/null
    status=$?
}
# name of the test, text that the line must hold, options...
refused() {
    name=$1 named=$2
    shift 2
    for mode in -t "-s $dir/refused.sock"; do
        # shellcheck disable=SC2086
        start "$@" -- $mode
        check "$name: exit status 2 (${mode%% *})" [ "$status" -eq 2 ]
        check "$name: one line (${mode%% *})" [ "$(wc -l <"$dir/stderr")" -eq 1 ]
        check "$name: names it (${mode%% *})" grep -qF -- "$named" "$dir/stderr"
    done
    check "$name: no socket" [ ! -e "$dir/refused.sock" ]
    # As CGI, the web server gets an answer, and the viewer gets no details.
    # shellcheck disable=SC2086
    start $request PATH_INFO=/stream REMOTE_USER=ann "$@" --
    check "$name: as CGI nothing is served" no_line_matches 'event-stream\|^Status: 200' "$dir/stdout"
}

for bytes in 16 32; do
    head -c $bytes /dev/zero | tr '\0' x >"$dir/$bytes"
    chmod 600 "$dir/$bytes"
done

refused 'an unknown option' SSELOG_STREEM SSELOG_STREEM=x
refused 'a word in the place of a number' SSELOG_KEEPALIVE SSELOG_KEEPALIVE=soon
refused 'a number out of range' SSELOG_LIFETIME SSELOG_LIFETIME=4
refused 'a number with a unit' SSELOG_RETRY SSELOG_RETRY=3000ms
refused 'an overflowing number' SSELOG_MAX_VIEWERS SSELOG_MAX_VIEWERS=99999999999999999999
refused 'a URL with another scheme' SSELOG_REDIS SSELOG_REDIS=http://127.0.0.1/
refused 'a URL with a bad port' SSELOG_REDIS SSELOG_REDIS=redis://127.0.0.1:99999/0
refused 'a password file that is not there' SSELOG_REDIS_PASSWORD_FILE \
    "SSELOG_REDIS_PASSWORD_FILE=$dir/none"
printf 'secret\n' >"$dir/open" && chmod 644 "$dir/open"
refused 'a password file that all may read' SSELOG_REDIS_PASSWORD_FILE \
    "SSELOG_REDIS_PASSWORD_FILE=$dir/open"
refused 'an unknown method' SSELOG_AUTH SSELOG_AUTH=password
refused 'anonymous with another method' SSELOG_AUTH SSELOG_AUTH=remote_user,anonymous
refused 'a key with an unknown field' SSELOG_STREAM 'SSELOG_STREAM=logs:{who}'
refused 'an unknown profile' SSELOG_PROFILE SSELOG_PROFILE=fancy
refused 'an unknown source' SSELOG_SOURCE SSELOG_SOURCE=kafka
refused 'a key of any name' SSELOG_SESSION_KEY 'SSELOG_SESSION_KEY={id}'
refused 'a key of a token that is only its name' SSELOG_TOKEN_KEY 'SSELOG_TOKEN_KEY={token}'
refused 'two names that touch' SSELOG_STREAM 'SSELOG_STREAM={tenant}{user}'
printf 'fifteen letters\n' >"$dir/secret" && chmod 600 "$dir/secret"
refused 'a secret that can be guessed' SSELOG_JWT_KEY_FILE "SSELOG_JWT_KEY_FILE=$dir/secret"
# -t does what the start does: it loads libraries and reads keys.
printf -- '-----BEGIN PUBLIC KEY-----\nMFkwEwYHKoZIzj0CAQ==\n-----END PUBLIC KEY-----\n' >"$dir/key"
chmod 600 "$dir/key"
refused 'a damaged public key' SSELOG_JWT_KEY_FILE "SSELOG_JWT_KEY_FILE=$dir/key" SSELOG_JWT_ALG=ES256
refused 'a public key as secret' SSELOG_JWT_KEY_FILE "SSELOG_JWT_KEY_FILE=$dir/key"

# name of the test, option, options...: the option is warned of, and sselog would start.
warned() {
    name=$1 named=$2
    shift 2
    start SSELOG_LOG=syslog "$@" -- -t
    check "$name: exit status 0" [ "$status" -eq 0 ]
    check "$name: one line" [ "$(wc -l <"$dir/stderr")" -eq 1 ]
    check "$name: names it" grep -q "Z warning config: $named" "$dir/stderr"
    check "$name: the configuration" grep -q '^SSELOG_RETRY=3000' "$dir/stdout"
}
warned 'everybody is trusted' 'SSELOG_TRUSTED=0.0.0.0/0 (environment): ' SSELOG_TRUSTED=0.0.0.0/0
warned 'a secret of 16 bytes' 'SSELOG_JWT_KEY_FILE=/.*less than 32 bytes' "SSELOG_JWT_KEY_FILE=$dir/16"
warned 'a short secret of cookies' 'SSELOG_COOKIE_SECRET_FILE=/' "SSELOG_COOKIE_SECRET_FILE=$dir/16"
warned 'quotes' 'SSELOG_STREAM="stream:' 'SSELOG_STREAM="stream:logs:{user}"'
warned 'a key of two kinds' 'SSELOG_SESSION_KEY=sse_token:{id} ' 'SSELOG_SESSION_KEY=sse_token:{id}' \
    SSELOG_AUTH=cookie
# name of the test, mode of the file, lines expected: the password of Redis in the file of -c.
password_in_file() {
    printf 'SSELOG_HISTORY=1\nSSELOG_REDIS=redis://:hush-hush@127.0.0.1:6379/0\n' >"$dir/password.conf"
    chmod "$2" "$dir/password.conf"
    # shellcheck disable=SC2086
    timeout 60 env -i $base env -u SSELOG_REDIS "$sselog" -c "$dir/password.conf" -t >"$dir/stdout" 2>"$dir/stderr"
    check "$1: exit status 0" [ $? -eq 0 ]
    check "$1: warnings" [ "$(wc -l <"$dir/stderr")" -eq "$3" ]
    check "$1: it is not printed" no_line_matches hush-hush "$dir/stderr"
}
password_in_file 'a password that all may read' 644 1
check 'a password that all may read: names the file and the cure' \
    grep -q "Z warning config: SSELOG_REDIS (file $dir/password.conf:2): .* chmod 640 .*_PASSWORD_FILE" "$dir/stderr"
password_in_file 'a password in a file that only a group may read' 640 0
for example in bearer cookie express header jwt token; do
    sed "s#=/etc/sselog/.*#=$dir/32#" "$here/../../examples/auth/$example.conf" >"$dir/example.conf"
    start -- -c "$dir/example.conf" -t
    check "examples/auth/$example.conf: no warning" [ "$status$(wc -c <"$dir/stderr")" = 00 ]
done

start SSELOG_AUTH=anonymous SSELOG_STREAM=log SSELOG_KEEPALIVE=7 -- -t
check '-t: exit status 0' [ "$status" -eq 0 ]
check '-t: the effective value' grep -q '^SSELOG_KEEPALIVE=7' "$dir/stdout"
check '-t: a default' grep -q '^SSELOG_RETRY=3000' "$dir/stdout"
start "SSELOG_REDIS=redis://:hush-hush@127.0.0.1:6379/0" SSELOG_AUTH=remote_user -- -t
cat "$dir/stderr" >>"$dir/stdout"
check '-t: no secret is printed' no_line_matches hush-hush "$dir/stdout"
start "SSELOG_REDIS=redis://:hush-hush@127.0.0.1:x/0" -- -t
cat "$dir/stderr" >>"$dir/stdout"
check 'a bad URL: its password is not printed' no_line_matches hush-hush "$dir/stdout"

printf '# options\nSSELOG_KEEPALIVE=9\nSSELOG_RETRY=900\n' >"$dir/sselog.conf"
start SSELOG_AUTH=remote_user SSELOG_RETRY=800 -- -c "$dir/sselog.conf" -t
check '-c: options of the file are used' grep -q '^SSELOG_KEEPALIVE=9' "$dir/stdout"
check '-c: the environment overrides the file' grep -q '^SSELOG_RETRY=800' "$dir/stdout"
start -- -c "$dir/none.conf" -t
check '-c: a file that is not there: exit status 2' [ "$status" -eq 2 ]
printf 'SSELOG_KEEPALIVE=0\n' >"$dir/bad.conf"
start -- -c "$dir/bad.conf" -t
check '-c: a bad value in the file: exit status 2' [ "$status" -eq 2 ]
check '-c: a bad value in the file: names the option' grep -q SSELOG_KEEPALIVE "$dir/stderr"

# A file of options that is executed, whose interpreter is the program.
printf '#!%s\nSSELOG_KEEPALIVE=9\n' "$sselog" >"$dir/script" && chmod 755 "$dir/script"
run_script() {
    # shellcheck disable=SC2086
    timeout 60 env -i $base "$@" >"$dir/stdout" 2>"$dir/stderr" </dev/null
    status=$?
}
run_script "$dir/script" -t
check 'a script: its options are used' grep -q "^SSELOG_KEEPALIVE=9 *# file" "$dir/stdout"
run_script "$dir/script" -c "$dir/sselog.conf" -t
check 'a script: -c takes its place' grep -q "^SSELOG_RETRY=900" "$dir/stdout"
cgi='GATEWAY_INTERFACE=CGI/1.1 REQUEST_METHOD=GET SCRIPT_NAME= PATH_INFO=/nothing'
# shellcheck disable=SC2086
run_script $cgi "$dir/script" -t
check 'a script as CGI: words of a query are no options' grep -q '^Status: 404' "$dir/stdout"
printf '#!%s\nSSELOG_KEEPALIVE=0\n' "$sselog" >"$dir/script"
# shellcheck disable=SC2086
run_script $cgi "$dir/script"
check 'a script as CGI: its options are read' grep -q 'SSELOG_KEEPALIVE' "$dir/stderr"
# shellcheck disable=SC2086
for word in "$dir/script" "$sselog" -c; do
    run_script $cgi "$sselog" "$word" "$dir/script"
    check "a word of a query is no file of options: $word" grep -q '^Status: 404' "$dir/stdout"
done

start -- -V
check '-V: exit status 0' [ "$status" -eq 0 ]
check '-V: one line with a version' grep -Eqx 'sselog [0-9]+\.[0-9]+.*' "$dir/stdout"
start -- -h
check '-h: exit status 0' [ "$status" -eq 0 ]
check '-h: the options of the command line' grep -q -- '-s SOCKET' "$dir/stdout"
start -- -Z
check 'an unknown flag: exit status 2' [ "$status" -eq 2 ]
check 'an unknown flag: nothing on standard output' [ ! -s "$dir/stdout" ]

if [ "$(id -u)" -eq 0 ]; then
    start SSELOG_ALLOW_ROOT=0 SSELOG_AUTH=remote_user -- -s "$dir/refused.sock"
    check 'root is refused' [ "$status" -eq 2 ]
    check 'root is refused: names the option' grep -q SSELOG_ALLOW_ROOT "$dir/stderr"
fi

done_testing
