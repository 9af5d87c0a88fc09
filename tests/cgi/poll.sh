#!/bin/sh
# SPDX-License-Identifier: MIT
# The bytes of a stream that is answered complete (SSELOG_HOLD=0), with and without a cursor.
# shellcheck source=tests/cgi/lib.sh
. "$(dirname "$0")/lib.sh"

# The interval is jittered: the first line of the body and the data of `end` are compared by pattern.
poll_is() {
    sed -e 's/^retry: [3][0-9][0-9][0-9]$/retry: EVERY/' -e 's/"every":3[0-9][0-9][0-9],/"every":EVERY,/' \
        "$dir/body" >"$dir/body.every"
    mv "$dir/body.every" "$dir/body"
    body_is "$1"
}

options SSELOG_AUTH=remote_user SSELOG_HOLD=0

first_and_next() {
    add_record stream:logs:ann 1-0 data first
    add_record stream:logs:ann 2-0 data second event deploy
    send_request PATH_INFO=/stream REMOTE_USER=ann
    status_is 'a poll' 200
    stream_head 'a poll'
    poll_is 'the first poll has history' <<'END'
retry: EVERY

id: 1-0
data: first

id: 2-0
event: deploy
data: second

event: live
data: {"replayed":2,"sent":2,"withheld":0,"lost":0}

retry: EVERY
event: end
data: {"reason":"poll","every":EVERY,"sent":2,"withheld":0,"lost":0}

END
    add_record stream:logs:ann 3-0 data third
    send_request PATH_INFO=/stream REMOTE_USER=ann HTTP_LAST_EVENT_ID=2-0
    poll_is 'the next one has what follows' <<'END'
retry: EVERY

id: 3-0
data: third

event: live
data: {"replayed":1,"sent":1,"withheld":0,"lost":0}

retry: EVERY
event: end
data: {"reason":"poll","every":EVERY,"sent":1,"withheld":0,"lost":0}

END
    send_request PATH_INFO=/stream REMOTE_USER=ann HTTP_LAST_EVENT_ID=3-0
    poll_is 'nothing new' <<'END'
retry: EVERY

event: live
data: {"replayed":0,"sent":0,"withheld":0,"lost":0}

retry: EVERY
event: end
data: {"reason":"poll","every":EVERY,"sent":0,"withheld":0,"lost":0}

END
    check 'each client that will be back is counted' [ "$(redis_cli zcard sselog:hold:polls)" -eq 3 ]
}
fcgi_and_cgi first_and_next

# A token is used up by a poll, and the next one comes with it.
options SSELOG_AUTH=token SSELOG_HOLD=0
token() {
    token=aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa
    redis_cli set "sse_token:$token" '{"user_id":"ann"}' >/dev/null
    add_record stream:logs:ann 1-0 data first
    send_request PATH_INFO=/stream QUERY_STRING="token=$token"
    next=$(sed -n 's/^data: {"token":"\([A-Za-z0-9_-]*\)","expires_in":30[0-9]}$/\1/p' "$dir/body")
    check 'a poll has a token for the next' [ ${#next} -eq 43 ]
    send_request PATH_INFO=/stream QUERY_STRING="token=$next" HTTP_LAST_EVENT_ID=1-0
    check 'the next poll may come with it' grep -qxF 'data: {"replayed":0,"sent":0,"withheld":0,"lost":0}' "$dir/body"
    send_request PATH_INFO=/stream QUERY_STRING="token=$next" HTTP_ACCEPT=application/json
    status_is 'a token is good for one poll' 401
}
fcgi_and_cgi token

# As CGI the process that holds a stream frees its place at its end.
options SSELOG_AUTH=remote_user SSELOG_HOLD=1
hold() {
    begin_request PATH_INFO=/stream REMOTE_USER=ann
    wait_for_line 'event: live'
    check 'the place is taken' [ "$(redis_cli zcard sselog:hold)" -eq 1 ]
    terminate
    check 'the place is free' [ "$(redis_cli zcard sselog:hold)" -eq 0 ]
}
fcgi_and_cgi hold

done_testing
