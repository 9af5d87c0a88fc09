#!/bin/sh
# SPDX-License-Identifier: MIT
# The bytes of exports and volumes, and the answers to wrong ones.
# shellcheck source=tests/cgi/lib.sh
. "$(dirname "$0")/lib.sh"

options SSELOG_AUTH=remote_user

ask() {
    send_request "PATH_INFO=/$1" REMOTE_USER=ann "QUERY_STRING=$2"
}

both_ways() {
    ask export ''
    body_is 'an export of no log' </dev/null
    ask volume ''
    # shellcheck disable=SC2154 # lib.sh sets dir
    check 'the volume of no log: body' grep -qxF '{"from":0,"to":0,"width":0,"approx":false,"scanned":0,"buckets":[]}' "$dir/body"
    for i in 1 2 3; do add_record stream:logs:ann "$i-0" data "[warn] record $i"; done
    add_record stream:logs:ann 4-0 data 'a deploy' event deploy
    ask export from=2
    body_is 'an export as text' <<'END'
1970-01-01 00:00:00.002Z WARNING [warn] record 2
1970-01-01 00:00:00.003Z WARNING [warn] record 3
1970-01-01 00:00:00.004Z [deploy] a deploy
END
    check 'an export: its name' grep -q 'filename="log-19700101T000000Z.txt"' "$dir/head"
    ask export 'to=5&format=jsonl&q=-record'
    body_is 'an export as JSON lines' <<'END'
{"id":"4-0","event":"deploy","data":"a deploy"}
END
    ask volume 'from=1&to=5&buckets=2&by=level'
    check 'a volume: body' grep -qxF '{"from":1,"to":5,"width":2,"approx":false,"scanned":4,"levels":["DEBUG","INFO","WARNING","ERROR","CRITICAL","OTHER"],"buckets":[[0,0,2,0,0,0],[0,0,1,0,0,1]]}' "$dir/body"
    for wrong in 'export format=csv' 'export from=x' 'volume buckets=0' 'volume by=x' 'volume from=2&to=1'; do
        ask "${wrong%% *}" "${wrong#* }"
        check "$wrong: 400" grep -q '^Status: 400' "$dir/head"
    done
}
fcgi_and_cgi both_ways

done_testing
