#!/bin/sh
# SPDX-License-Identifier: MIT
# Answers other than the stream: status, head and body; exact bytes where the manual promises them.
# shellcheck source=tests/cgi/lib.sh
. "$(dirname "$0")/lib.sh"

# name of the test, status
error_is() {
    status_is "$1" "$2"
    check "$1: JSON body with an error" grep -Eqx '\{"error": ?"([^"\]|\\.)+"\}' "$dir/body"
    check "$1: content type" grep -qi '^Content-Type: application/json' "$dir/head"
}

options SSELOG_AUTH=remote_user 'SSELOG_STREAM=stream:logs:{user}'
answers() {
    send_request PATH_INFO=/stream
    error_is 'nobody' 401
    check 'nobody: no challenge for a scheme that is not configured' \
        no_line_matches '^WWW-Authenticate' "$dir/head"
    send_request PATH_INFO=/stream REMOTE_USER=
    error_is 'an empty name' 401

    send_request PATH_INFO=/nowhere REMOTE_USER=ann
    error_is 'no such path' 404
    send_request PATH_INFO=/stream/ REMOTE_USER=ann REQUEST_METHOD=HEAD
    status_is 'the stream with a slash after it' 200
    check 'the stream with a slash after it: its type' grep -qi '^Content-Type: text/event-stream' "$dir/head"
    for path in /history/ /stream// /stream/x /token/; do
        send_request PATH_INFO=$path REMOTE_USER=ann
        error_is "$path" 404
    done
    for query in after_id=1-0 From=1-0 from=x to=2026-02-30 'from=2&to=1' dir=up 'dir=forward&before=1-0' 'since=1h' 'limit=5&offset=2' Limit=5 after=x after=1 after= \
        'after=1-0&before=2-0' wait=1 'before=1-0&wait=1' 'after=0-0&wait=-1' 'after=0-0&wait=301' \
        'after=0-0&wait=1.5' 'after=0-0&wait=' limit=0 limit=1001; do
        send_request PATH_INFO=/history REMOTE_USER=ann "QUERY_STRING=$query"
        error_is "/history?$query" 400
    done
    send_request PATH_INFO=/history REMOTE_USER=ann 'QUERY_STRING=from=x' SSELOG_FILTERS=from=sender
    status_is 'a filter may have the name of a range' 200
    send_request PATH_INFO=/history REMOTE_USER=ann 'QUERY_STRING=page=2'
    error_is 'a range of another form' 400
    check 'a range of another form: its name' grep -q 'the parameter page for' "$dir/body"

    send_request PATH_INFO=/stream REMOTE_USER=ann REQUEST_METHOD=POST CONTENT_LENGTH=0
    error_is 'POST to the stream' 405
    check 'POST to the stream: Allow' grep -qi '^Allow: .*GET' "$dir/head"
    send_request PATH_INFO=/stream REMOTE_USER=ann REQUEST_METHOD=BREW
    error_is 'an unknown method' 405

    send_request PATH_INFO=/stream REMOTE_USER=ann REQUEST_METHOD=HEAD
    status_is 'HEAD of the stream' 200
    check 'HEAD of the stream: its type' grep -qi '^Content-Type: text/event-stream' "$dir/head"
    check 'HEAD of the stream: no body' [ ! -s "$dir/body" ]

    for id in x 1- 1-x 1-2-3 18446744073709551616-0 1-18446744073709551616 +1-0 1.0 0x1-0; do
        send_request PATH_INFO=/stream REMOTE_USER=ann "QUERY_STRING=last_event_id=$id"
        error_is "last_event_id=$id" 400
    done
    for query in 'history=x' 'history=-1' 'history=99999999999999999999' 'level=loud' '%' '%zz' \
        'q=%00' 'last_event_id=1-0%00' 'since=yesterday' 'since=15' 'q=%2F(%2F' 'q=%2Fapi%2Fusers'; do
        send_request PATH_INFO=/stream REMOTE_USER=ann "QUERY_STRING=$query"
        error_is "?$query" 400
    done
    for path in /stream /history; do
        send_request PATH_INFO=$path REMOTE_USER=ann 'QUERY_STRING=q=a%20level=foo'
        error_is "$path with a wrong query" 400
        check "$path with a wrong query: the reason" grep -q '"q: \\"foo\\" is no level"' "$dir/body"
    done

    for profile in astrbot smarter; do
        send_request PATH_INFO=/stream REMOTE_USER=ann SSELOG_HOLD=0 SSELOG_PROFILE=$profile 'QUERY_STRING=q=a%20level=foo'
        status_is "a wrong query with profile $profile" 200
    done

    send_request PATH_INFO=/healthz
    status_is 'healthz' 200
    send_request PATH_INFO=/livez
    status_is 'livez' 200
    send_request PATH_INFO=/status REMOTE_ADDR=127.0.0.1 REMOTE_USER=ann
    status_is 'status from this machine' 200
    check 'status: JSON' /usr/bin/python3 -c 'import json,sys; json.load(open(sys.argv[1]))' "$dir/body"
    check 'status: start time' grep -q '"start_time":[1-9][0-9]\{9\}\.' "$dir/body"
    send_request PATH_INFO=/metrics REMOTE_ADDR=127.0.0.1 REMOTE_USER=ann
    check 'metrics: start time' grep -q '^process_start_time_seconds{pid="[0-9]*"} [1-9]' "$dir/body"
    check 'metrics: memory' grep -q '^process_resident_memory_bytes{pid="[0-9]*"} [1-9]' "$dir/body"
    send_request PATH_INFO=/status REMOTE_ADDR=192.0.2.1 REMOTE_USER=ann
    check 'status from elsewhere' grep -Eq '^Status: 40[13]' "$dir/head"
    # A proxy on this machine forwards requests of other machines.
    for page in status metrics; do
        send_request PATH_INFO=/$page REMOTE_ADDR=::1 REMOTE_USER=ann
        status_is "$page from this machine, IPv6" 200
        for header in X_FORWARDED_FOR=192.0.2.1 X_FORWARDED_FOR=127.0.0.1 'FORWARDED=for=192.0.2.1'; do
            for from in 127.0.0.1 ::1; do
                send_request PATH_INFO=/$page REMOTE_ADDR=$from REMOTE_USER=ann "HTTP_$header"
                error_is "$page through a proxy at $from, $header" 403
                send_request PATH_INFO=/$page REMOTE_ADDR=$from "HTTP_$header"
                error_is "$page through a proxy at $from, $header, nobody" 401
            done
        done
        send_request PATH_INFO=/$page REMOTE_ADDR=127.0.0.1 REMOTE_USER=ann SSELOG_TRUSTED=127.0.0.0/8
        error_is "$page through a trusted proxy without a forwarding header" 403
        send_request PATH_INFO=/$page REMOTE_ADDR=127.0.0.1 REMOTE_USER=ann SSELOG_TRUSTED=192.0.2.1
        status_is "$page from this machine, the trusted proxy elsewhere" 200
    done

    for i in 1 2 3 4 5; do add_record stream:logs:ann "$i-0" data "record $i"; done
    send_request PATH_INFO=/history REMOTE_USER=ann 'QUERY_STRING=before=4-0&limit=2'
    status_is 'history' 200
    check 'history: the two records before the cursor' /usr/bin/python3 -c '
import json, sys
text = open(sys.argv[1]).read()
json.loads(text)
assert "record 2" in text and "record 3" in text, text
assert not any(f"record {n}" in text for n in "145"), text' "$dir/body"
    send_request PATH_INFO=/history
    error_is 'history for nobody' 401
}
fcgi_and_cgi answers

lines='REMOTE_USER=ann HTTP_ACCEPT=application/x-ndjson'
ask() {
    # shellcheck disable=SC2086 # lines is words
    send_request PATH_INFO=/history $lines "QUERY_STRING=$1"
}
# Succeeds when the request that waits has asked Redis for news.
is_parked() {
    redis_cli info commandstats | grep -q '^cmdstat_xrange:calls=[2-9]'
}
begin_wait() {
    redis_cli config resetstat >/dev/null
    # shellcheck disable=SC2086
    begin_request PATH_INFO=/history $lines "QUERY_STRING=after=$1&wait=300"
    wait_for is_parked
}
newer() {
    ask after=0-0
    body_is 'after the beginning of no log' <<'EOF'
{"control":"page","more":false,"first":null,"last":"0-0","whose":"WHOSE"}
EOF
    for i in 1 2 3 4 5; do add_record stream:logs:ann "$i-0" data "record $i"; done
    ask 'after=1-0&limit=2'
    head_is 'after an id, as lines' <<'EOF'
Status: 200 OK
Content-Type: application/x-ndjson
Cache-Control: no-store
X-Content-Type-Options: nosniff
Referrer-Policy: no-referrer
Content-Length: 147
EOF
    body_is 'after an id, as lines' <<'EOF'
{"id":"2-0","data":"record 2"}
{"id":"3-0","data":"record 3"}
{"control":"page","more":true,"first":"2-0","last":"3-0","whose":"WHOSE"}
EOF
    ask limit=1
    body_is 'where a script starts' <<'EOF'
{"id":"5-0","data":"record 5"}
{"control":"page","more":true,"first":"5-0","last":"5-0","whose":"WHOSE"}
EOF
    ask 'before=1-0'
    body_is 'before the first' <<'EOF'
{"control":"page","more":false,"first":null,"last":null,"whose":"WHOSE"}
EOF
    ask 'after=5-0&wait=0'
    body_is 'after the last' <<'EOF'
{"control":"page","more":false,"first":null,"last":"5-0","whose":"WHOSE"}
EOF
    ask 'after=3-0&q=4'
    body_is 'after withheld records' <<'EOF'
{"id":"4-0","data":"record 4"}
{"control":"page","more":false,"first":"4-0","last":"5-0","whose":"WHOSE"}
EOF
    redis_cli xdel stream:logs:ann 3-0 >/dev/null
    ask 'after=3-0&limit=1'
    body_is 'after a record that was deleted' <<'EOF'
{"id":"4-0","data":"record 4"}
{"control":"page","more":true,"first":"4-0","last":"4-0","whose":"WHOSE"}
EOF
    redis_cli xtrim stream:logs:ann MAXLEN 1 >/dev/null
    ask 'after=2-0'
    body_is 'after records that were trimmed' <<'EOF'
{"control":"gap","after":"2-0","next":"5-0","lost":null}
{"id":"5-0","data":"record 5"}
{"control":"page","more":false,"first":"5-0","last":"5-0","whose":"WHOSE"}
EOF
    ask 'after=9-0&wait=300'
    body_is 'after an id of a former log' <<'EOF'
{"control":"gap","after":"9-0","next":"5-0","lost":null}
{"id":"5-0","data":"record 5"}
{"control":"page","more":false,"first":"5-0","last":"5-0","whose":"WHOSE"}
EOF
    begin_wait 5-0
    add_record stream:logs:ann 6-0 data 'record 6'
    finish_request
    body_is 'a wait that a record ends' <<'EOF'
{"id":"6-0","data":"record 6"}
{"control":"page","more":false,"first":"6-0","last":"6-0","whose":"WHOSE"}
EOF
    ask 'after=6-0&wait=1'
    body_is 'a wait that its time ends' <<'EOF'
{"control":"page","more":false,"first":null,"last":"6-0","whose":"WHOSE"}
EOF
    begin_wait 6-0
    terminate
    body_is 'a wait that a stop ends' <<'EOF'
{"control":"page","more":false,"first":null,"last":"6-0","whose":"WHOSE"}
EOF
    check 'a wait that a stop ends: exit status' [ "$exit_status" -eq 0 ]
    send_request PATH_INFO=/history REMOTE_USER=ann REQUEST_METHOD=HEAD 'QUERY_STRING=after=6-0&wait=300'
    status_is 'HEAD waits for nothing' 200
    check 'HEAD waits for nothing: no body' [ ! -s "$dir/body" ]
    redis_cli set stream:logs:ann x >/dev/null
    ask 'after=6-0&wait=300'
    status_is 'a key of another type' 500
}
fcgi_and_cgi newer

options SSELOG_AUTH=remote_user SSELOG_ENABLED=0
turned_off() {
    send_request PATH_INFO=/stream REMOTE_USER=ann
    check 'log viewing is off' no_line_matches '^Status: 200' "$dir/head"
}
fcgi_and_cgi turned_off

done_testing
