#!/bin/sh
# SPDX-License-Identifier: MIT
# Answers of POST /append and of Loki's push, byte for byte, and what is then in the log.
# shellcheck source=tests/cgi/lib.sh
. "$(dirname "$0")/lib.sh"

# The body has no line end. The ids differ in each run: they must be those of the log's ends.
json_is() {
    first=$(redis_cli --raw xrange stream:logs:ann - + COUNT 1 | head -n 1)
    last=$(redis_cli --raw xrevrange stream:logs:ann + - COUNT 1 | head -n 1)
    { cat "$dir/body"; echo; } | sed "s/\"${first:-none}\"/FIRST/; s/\"${last:-none}\"/LAST/" >"$dir/body.ids"
    check "$1: body" diff - "$dir/body.ids"
}
log_is() {
    redis_cli --raw xrange stream:logs:ann - + | sed 's/^[0-9]\{13\}-[0-9]*$/--/' >"$dir/log"
    check "$1: the log" diff - "$dir/log"
}

options SSELOG_AUTH=remote_user 'SSELOG_STREAM=stream:logs:{user}' SSELOG_APPEND=1
appends() {
    printf 'one\r\n\ntwo' | post PATH_INFO=/append REMOTE_USER=ann QUERY_STRING=event=deploy
    head_is 'lines' <<'EOF'
Status: 200 OK
Content-Type: application/json
Cache-Control: no-store
X-Content-Type-Options: nosniff
Referrer-Policy: no-referrer
Content-Length: 65
EOF
    json_is 'lines' <<'EOF'
{"appended":2,"first":FIRST,"last":LAST}
EOF
    log_is 'lines' <<'EOF'
--
data
one
event
deploy
--
data
two
event
deploy
EOF
    redis_cli del stream:logs:ann >/dev/null
    for _ in 1 2; do
        printf '[{"a": 1},\n["b"]]' | post PATH_INFO=/append REMOTE_USER=ann CONTENT_TYPE=application/json \
            HTTP_IDEMPOTENCY_KEY=k
    done
    head_is 'a repetition' <<'EOF'
Status: 200 OK
Content-Type: application/json
Cache-Control: no-store
X-Content-Type-Options: nosniff
Referrer-Policy: no-referrer
Idempotent-Replayed: true
Content-Length: 81
EOF
    json_is 'a repetition' <<'EOF'
{"appended":2,"first":FIRST,"last":LAST,"repeated":true}
EOF
    log_is 'an array, sent twice' <<'EOF'
--
data
{"a": 1}
--
data
["b"]
EOF
    printf '{"a":1}\n{"a":\n' | post PATH_INFO=/append REMOTE_USER=ann CONTENT_TYPE=application/x-ndjson
    status_is 'a malformed record' 400
    json_is 'a malformed record' <<'EOF'
{"error":"record 2 is not JSON, or is not in UTF-8"}
EOF
    printf 5 | post PATH_INFO=/append REMOTE_USER=ann CONTENT_TYPE=application/json
    status_is 'JSON that is no record' 400
    json_is 'JSON that is no record' <<'EOF'
{"error":"the body is not an array or object of JSON in UTF-8"}
EOF
    printf x | post PATH_INFO=/append REMOTE_USER=ann QUERY_STRING=event=
    status_is 'an empty event name' 400
    json_is 'an empty event name' <<'EOF'
{"error":"event, Idempotency-Key and Sselog-Producer have 1 to 255 bytes, and no control characters"}
EOF
    redis_cli del stream:logs:ann >/dev/null
    printf '{"streams":[{"stream":{"host":"a"},"values":[["1700000000000000001","x",{"k":"v"}]]}]}' |
        gzip | post PATH_INFO=/loki/api/v1/push REMOTE_USER=ann CONTENT_TYPE=application/json HTTP_CONTENT_ENCODING=gzip
    head_is 'Loki' <<'EOF'
Status: 204 No Content
Cache-Control: no-store
X-Content-Type-Options: nosniff
Referrer-Policy: no-referrer
EOF
    check 'Loki: no body' [ ! -s "$dir/body" ]
    log_is 'Loki' <<'EOF'
--
data
{"time":"2023-11-14T22:13:20.000000001Z","host":"a","k":"v","message":"x"}
EOF
    redis_cli del stream:logs:ann >/dev/null
    # Snappy's literal of 20 bytes: a stream with an entry that has a time and a line
    printf '\024\114\012\022\022\020\012\013\010\200\342\317\252\006\020\225\232\357\072\022\001x' |
        post PATH_INFO=/loki/api/v1/push REMOTE_USER=ann CONTENT_TYPE=application/x-protobuf
    status_is "Loki's protobuf form" 204
    log_is "Loki's protobuf form" <<'EOF'
--
data
{"time":"2023-11-14T22:13:20.123456789Z","message":"x"}
EOF
    head -c 5000000 /dev/zero | post PATH_INFO=/append REMOTE_USER=ann
    status_is 'a body over the limit' 413
    { echo short && head -c 1048577 /dev/zero | tr '\0' x; } | post PATH_INFO=/append REMOTE_USER=ann
    status_is 'a long record' 413
    json_is 'a long record' <<'EOF'
{"error":"record 2 is longer than 1048576 bytes"}
EOF
    head -c 3000000 /dev/zero | tr '\0' '\n' | post PATH_INFO=/append REMOTE_USER=ann
    status_is 'a body of empty lines' 200
    json_is 'a body of empty lines' <<'EOF'
{"appended":0,"first":null,"last":null}
EOF
    if [ "$interface" = cgi ]; then # a body in chunks has no length there
        send_request PATH_INFO=/append REMOTE_USER=ann REQUEST_METHOD=POST HTTP_TRANSFER_ENCODING=chunked
        status_is 'a body without a length' 411
        printf x | post PATH_INFO=/append REMOTE_USER=ann CONTENT_LENGTH=100000000 # it is not read to its end
        status_is 'a body of 100 MB' 413
    fi
    printf x | post PATH_INFO=/append
    status_is 'nobody' 401
    send_request PATH_INFO=/append REMOTE_USER=ann
    status_is 'GET' 405
    check 'GET: Allow' grep -qi '^Allow: POST, OPTIONS' "$dir/head"
}
fcgi_and_cgi appends

options SSELOG_AUTH=remote_user 'SSELOG_STREAM=stream:logs:{user}'
turned_off() {
    for path in /append /loki/api/v1/push; do
        printf x | post PATH_INFO=$path REMOTE_USER=ann
        status_is "$path, turned off" 404
    done
    check 'nothing was added' [ "$(redis_cli dbsize)" = 0 ]
}
fcgi_and_cgi turned_off

done_testing
