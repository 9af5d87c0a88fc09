#!/bin/sh
# SPDX-License-Identifier: MIT
# The bytes of an event stream of the plain profile, from its head to its final frame.
# shellcheck source=tests/cgi/lib.sh
. "$(dirname "$0")/lib.sh"

# No keepalive comes, even on a slow machine.
options SSELOG_AUTH=remote_user SSELOG_RETRY=4000 SSELOG_KEEPALIVE=600

history_live_end() {
    add_record stream:logs:ann 1-0 data first
    add_record stream:logs:ann 2-0 data 'second' event deploy
    add_record stream:logs:ann 2-1 data "$(printf 'three\nlines\r\nand\rone more')"
    add_record stream:logs:bob 3-0 data 'not for ann'
    begin_request PATH_INFO=/stream REMOTE_USER=ann
    check 'history is followed by live' wait_for_line 'event: live'
    add_record stream:logs:ann 4-0 data 'came later'
    check 'a record arrives live' wait_for_line 'data: came later'
    terminate
    check 'SIGTERM: exit status 0' [ "$exit_status" -eq 0 ]
    stream_head 'stream'
    body_is 'history, live, shutdown' <<'END'
retry: 4000

id: 1-0
data: first

id: 2-0
event: deploy
data: second

id: 2-1
data: three
data: lines
data: and
data: one more

event: live
data: {"replayed":3,"sent":3,"withheld":0,"lost":0}

id: 4-0
data: came later

retry: JITTER
event: end
data: {"reason":"shutdown","sent":4,"withheld":0,"lost":0}

END
}
fcgi_and_cgi history_live_end

resume() {
    for i in 1 2 3 4 5; do add_record stream:logs:ann "7-$i" data "record $i"; done
    begin_request PATH_INFO= REMOTE_USER=ann HTTP_LAST_EVENT_ID=7-3
    wait_for_line 'event: live'
    terminate
    body_is 'after Last-Event-ID' <<'END'
retry: 4000

id: 7-4
data: record 4

id: 7-5
data: record 5

event: live
data: {"replayed":2,"sent":2,"withheld":0,"lost":0}

retry: JITTER
event: end
data: {"reason":"shutdown","sent":2,"withheld":0,"lost":0}

END
    begin_request PATH_INFO=/stream REMOTE_USER=ann 'QUERY_STRING=last_event_id=7-5'
    wait_for_line 'event: live'
    terminate
    body_is 'at the tip' <<'END'
retry: 4000

event: live
data: {"replayed":0,"sent":0,"withheld":0,"lost":0}

retry: JITTER
event: end
data: {"reason":"shutdown","sent":0,"withheld":0,"lost":0}

END
    begin_request PATH_INFO=/stream REMOTE_USER=ann 'QUERY_STRING=history=1'
    wait_for_line 'event: live'
    terminate
    body_is 'history=1' <<'END'
retry: 4000

id: 7-5
data: record 5

event: live
data: {"replayed":1,"sent":1,"withheld":0,"lost":0}

retry: JITTER
event: end
data: {"reason":"shutdown","sent":1,"withheld":0,"lost":0}

END
}
fcgi_and_cgi resume

gap() {
    for i in 1 2 3 4 5 6; do add_record stream:logs:ann "$i-0" data "record $i"; done
    redis_cli xtrim stream:logs:ann MAXLEN 2 >/dev/null
    begin_request PATH_INFO=/stream REMOTE_USER=ann HTTP_LAST_EVENT_ID=2-0
    wait_for_line 'event: live'
    terminate
    body_is 'a gap' <<'END'
retry: 4000

event: gap
data: {"after":"2-0","next":"5-0","lost":null}

id: 5-0
data: record 5

id: 6-0
data: record 6

event: live
data: {"replayed":2,"sent":2,"withheld":0,"lost":0}

retry: JITTER
event: end
data: {"reason":"shutdown","sent":2,"withheld":0,"lost":0}

END
}
fcgi_and_cgi gap

# EventSource repeats its header for ever, and never retries after a 400.
lost_cursor() {
    for i in 1 2 3; do add_record stream:logs:ann "$i-0" data "record $i"; done
    for cursor in "HTTP_LAST_EVENT_ID=no id" QUERY_STRING=history=2\&lastEventId=undefined; do
        begin_request PATH_INFO=/stream REMOTE_USER=ann QUERY_STRING=history=2 "$cursor"
        wait_for_line 'event: live'
        terminate
        body_is "$cursor" <<'END'
retry: 4000

event: gap
data: {"after":null,"next":null,"lost":null}

id: 2-0
data: record 2

id: 3-0
data: record 3

event: live
data: {"replayed":2,"sent":2,"withheld":0,"lost":0}

retry: JITTER
event: end
data: {"reason":"shutdown","sent":2,"withheld":0,"lost":0}

END
    done
}
fcgi_and_cgi lost_cursor

payloads() {
    redis_cli xadd stream:logs:ann 1-0 data '' >/dev/null
    redis_cli xadd stream:logs:ann 2-0 other 'value' n 1 >/dev/null
    redis_cli xadd stream:logs:ann 3-0 data "$(printf 'bad \377 byte')" >/dev/null
    begin_request PATH_INFO=/stream REMOTE_USER=ann
    wait_for_line 'event: live'
    terminate
    body_is 'odd payloads' <<END
retry: 4000

id: 1-0
data: 

id: 2-0
data: {"other":"value","n":"1"}

id: 3-0
data: bad $(printf '\357\277\275') byte

event: live
data: {"replayed":3,"sent":3,"withheld":0,"lost":0}

retry: JITTER
event: end
data: {"reason":"shutdown","sent":3,"withheld":0,"lost":0}

END
}
fcgi_and_cgi payloads

options SSELOG_AUTH=remote_user SSELOG_RETRY=4000 SSELOG_KEEPALIVE=600 SSELOG_EVENT_PREFIX=app.
event_names() {
    add_record stream:logs:ann 1-0 data x event error
    add_record stream:logs:ann 2-0 data y
    for query in '' 'envelope=1&proof=0'; do
        begin_request PATH_INFO=/stream REMOTE_USER=ann "QUERY_STRING=$query"
        wait_for_line 'event: live'
        terminate
        grep -A 1 '^id:' "$dir/body" >"$dir/records"
        if [ -z "$query" ]; then
            printf 'id: 1-0\nevent: app.error\n--\nid: 2-0\ndata: y\n' >"$dir/right"
        else
            printf 'id: 1-0\ndata: {"event":"error","data":"x"}\n--\nid: 2-0\ndata: {"data":"y"}\n' >"$dir/right"
        fi
        check "event names with a prefix ($query)" diff "$dir/right" "$dir/records"
    done
}
fcgi_and_cgi event_names

options SSELOG_AUTH=remote_user SSELOG_RETRY=4000 SSELOG_KEEPALIVE=600 SSELOG_HISTORY=1
# The life of a log is named by its first record, if that is known; otherwise by a random number.
# With history the rank is known when all was sent.
life_1=97fb89ee life_2=c99d164a
resume_by() {
    begin_request PATH_INFO=/stream REMOTE_USER=ann "QUERY_STRING=${2-proof=1}" "HTTP_LAST_EVENT_ID=$1"
    wait_for_line 'event: live'
    terminate
    sed -n "s/\.$life_1\$/.ONE/; s/\.$life_2\$/.TWO/; s/\.[0-9a-f]*\$/.ANY/; /^id: /p; /^event: gap/ {n; p;}" "$dir/body" >"$dir/ids"
}
proofs() {
    for n in 1 2 3; do
        add_record stream:logs:ann $n-0 data x
    done
    for query in proof=1 envelope=1 'proof=1&envelope=1'; do
        resume_by '' "$query"
        check "$query: a proof" diff - "$dir/ids" <<'END'
id: 3-0
id: 3-0~3.ONE
END
    done
    for query in '' proof=0 'proof=0&envelope=1'; do
        resume_by '' "$query"
        check "$query: none" diff - "$dir/ids" <<'END'
id: 3-0
END
    done
    redis_cli xtrim stream:logs:ann maxlen 1 >/dev/null
    resume_by 1-0
    check 'a gap behind a plain id' diff - "$dir/ids" <<'END'
data: {"after":"1-0","next":"3-0","lost":null}
id: 3-0~3.ANY
END
    resume_by "1-0~1.$life_1"
    check 'the count of a gap behind a proof' diff - "$dir/ids" <<'END'
data: {"after":"1-0","next":"3-0","lost":1}
id: 3-0~3.ANY
END
    redis_cli del stream:logs:ann >/dev/null
    for n in 2 3 4; do
        add_record stream:logs:ann $n-0 data y
    done
    resume_by 3-0
    check 'a plain id is taken for one of the new log' diff - "$dir/ids" <<'END'
id: 4-0
id: 4-0~3.TWO
END
    resume_by "3-0~3.$life_1"
    check 'a proof tells that the log is a new one' diff - "$dir/ids" <<'END'
data: {"after":"3-0","next":"2-0","lost":null}
id: 2-0~1.TWO
id: 3-0~2.TWO
id: 4-0~3.TWO
END
}
fcgi_and_cgi proofs

options SSELOG_AUTH=anonymous SSELOG_STREAM=log SSELOG_LIFETIME=5 SSELOG_KEEPALIVE=1 SSELOG_RETRY=2000
lifetime() {
    send_request PATH_INFO=/stream
    stream_head 'lifetime'
    check 'keepalives between' grep -qx ': keepalive' "$dir/body"
    sed -i '/^: keepalive$/,/^$/d' "$dir/body"
    # In an empty log the cursor is 0-0, so that a resume misses no record.
    body_is 'lifetime' <<'END'
retry: 2000

id: 0-0

event: live
data: {"replayed":0,"sent":0,"withheld":0,"lost":0}

retry: JITTER
event: end
data: {"reason":"lifetime","sent":0,"withheld":0,"lost":0}

END
}
fcgi_and_cgi lifetime

# A script of EventSource sees no comments: its keepalives are events, the first one at once.
pings() {
    send_request PATH_INFO=/stream QUERY_STRING=envelope=1
    stream_head 'pings'
    check 'no comment' test "$(grep -c '^:' "$dir/body")" = 0
    check 'a ping each second' test "$(grep -cx 'event: ping' "$dir/body")" -ge 4
    check 'a ping tells its interval' test "$(grep -cx 'data: {"every":1000}' "$dir/body")" = "$(grep -cx 'event: ping' "$dir/body")"
    sed -i '5,$ {/^event: ping$/,/^$/d}' "$dir/body"
    body_is 'pings' <<'END'
retry: 2000

event: ping
data: {"every":1000}

id: 0-0
event: cursor
data: {}

event: live
data: {"replayed":0,"sent":0,"withheld":0,"lost":0}

retry: JITTER
event: end
data: {"reason":"lifetime","sent":0,"withheld":0,"lost":0}

END
}
fcgi_and_cgi pings

done_testing
