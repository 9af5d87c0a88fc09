#!/bin/sh
# SPDX-License-Identifier: MIT
# Answers other than the stream: status, head and body; exact bytes where the manual promises them.
# shellcheck source=tests/cgi/lib.sh
. "$(dirname "$0")/lib.sh"

# name of the test, status
error_is() {
    status_is "$1" "$2"
    check "$1: JSON body with an error" grep -Eqx '\{"error": ?"[^"]+"\}' "$dir/body"
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
    for query in after=1-0 from=1-0 'since=1h' 'limit=5&offset=2' Limit=5; do
        send_request PATH_INFO=/history REMOTE_USER=ann "QUERY_STRING=$query"
        error_is "/history?$query" 400
    done
    send_request PATH_INFO=/history REMOTE_USER=ann 'QUERY_STRING=from=x' SSELOG_FILTERS=from=sender
    status_is 'a filter may have the name of a range' 200

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
        'q=%00' 'last_event_id=1-0%00' 'since=yesterday' 'since=15'; do
        send_request PATH_INFO=/stream REMOTE_USER=ann "QUERY_STRING=$query"
        error_is "?$query" 400
    done

    send_request PATH_INFO=/healthz
    status_is 'healthz' 200
    send_request PATH_INFO=/status REMOTE_ADDR=127.0.0.1 REMOTE_USER=ann
    status_is 'status from this machine' 200
    check 'status: JSON' /usr/bin/python3 -c 'import json,sys; json.load(open(sys.argv[1]))' "$dir/body"
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

options SSELOG_AUTH=remote_user SSELOG_ENABLED=0
turned_off() {
    send_request PATH_INFO=/stream REMOTE_USER=ann
    check 'log viewing is off' no_line_matches '^Status: 200' "$dir/head"
}
fcgi_and_cgi turned_off

done_testing
