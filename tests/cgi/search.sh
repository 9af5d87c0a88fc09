#!/bin/sh
# SPDX-License-Identifier: MIT
# The bytes of searches, whole and resumed, and the answers to wrong ones.
# shellcheck source=tests/cgi/lib.sh
. "$(dirname "$0")/lib.sh"

options SSELOG_AUTH=remote_user

search() {
    send_request PATH_INFO=/search REMOTE_USER=ann "QUERY_STRING=$1"
}
error_is() {
    check "$1: $2" grep -q "^Status: $2" "$dir/head"
    check "$1: a reason" grep -q '^{"error":"' "$dir/body"
}

both_ways() {
    search q=x
    stream_head 'a search of no log'
    body_is 'a search of no log' <<'END'
retry: 3000

id: over

event: end
data: {"reason":"done","scanned":0,"at":null,"matched":0}

END
    for i in 1 2 3 4 5; do add_record stream:logs:ann "$i-0" data "record $i"; done
    add_record stream:logs:ann 6-0 data 'a deploy' event deploy
    search 'q=record%20-3&limit=2'
    body_is 'the newest two' <<'END'
retry: 3000

id: 5-0
data: record 5

id: 4-0
data: record 4

id: over

event: end
data: {"reason":"limit","scanned":3,"at":"4-0","matched":2}

END
    search 'q=record%20-3&limit=2&at=4-0'
    body_is 'the others' <<'END'
retry: 3000

id: 2-0
data: record 2

id: 1-0
data: record 1

id: over

event: end
data: {"reason":"done","scanned":3,"at":"1-0","matched":2}

END
    search 'from=2-0&to=6-1&dir=forward&q=/[26y]$/&at=2-0&envelope=1'
    body_is 'forward, from a place' <<'END'
retry: 3000

event: ping
data: {"every":15000}

id: 6-0
data: {"event":"deploy","data":"a deploy"}

id: over

event: end
data: {"reason":"done","scanned":4,"at":"6-0","matched":1}

END
}
fcgi_and_cgi both_ways

refused() {
    for query in limit=0 limit=10001 dir=up at=x at=5 from=x 'from=2&to=1' envelope=2 until=5 \
        level=loud 'q=%2F(%2F'; do
        search "$query"
        error_is "/search?$query" 400
    done
    send_request PATH_INFO=/search
    error_is 'a search of nobody' 401
    send_request PATH_INFO=/search REMOTE_USER=ann REQUEST_METHOD=POST CONTENT_LENGTH=0
    error_is 'POST' 405
    for option in SSELOG_SEARCH=0 SSELOG_PROFILE=tod SSELOG_SOURCE=pubsub; do
        send_request PATH_INFO=/search REMOTE_USER=ann $option
        error_is "a search with $option" 404
    done
    send_request PATH_INFO=/search REMOTE_USER=ann REQUEST_METHOD=HEAD
    stream_head HEAD
    check 'HEAD: no body' [ ! -s "$dir/body" ]
    send_request PATH_INFO=/search REMOTE_USER=ann HTTP_LAST_EVENT_ID=over
    status_is 'an EventSource comes back after the end' 204
    send_request PATH_INFO=/search REMOTE_USER=ann REQUEST_METHOD=OPTIONS
    status_is OPTIONS 204
}
fcgi_and_cgi refused

done_testing
