#!/bin/sh
# SPDX-License-Identifier: MIT
# SSELOG_LOGS: which log log= gives, and what is refused. A log that does not exist and one that is
# another's get the same bytes.
# shellcheck source=tests/cgi/lib.sh
. "$(dirname "$0")/lib.sh"

words='web(Web_server)=stream:logs:{user}:web team=stream:team:{tenant} shared=stream:shared'
words="$words @sselog:logs:{user}=stream:logs:{user}:{log}"
ask() {
    query=$1
    shift
    send_request PATH_INFO=/history REMOTE_USER=ann "QUERY_STRING=$query" "SSELOG_LOGS=$words" "$@"
}
# name of the test, text of the record that must be the only one
shows() {
    status_is "$1" 200
    check "$1: $2" grep -qF "\"data\":\"$2\"" "$dir/body"
    check "$1: no other record" [ "$(grep -oF '"data":' "$dir/body" | wc -l)" = 1 ]
}
options SSELOG_AUTH=remote_user 'SSELOG_STREAM=stream:logs:{user}'

chosen() {
    add_record stream:logs:ann 1-0 data own
    add_record stream:logs:ann:web 1-0 data web
    add_record stream:logs:bob:web 1-0 data bob
    add_record stream:logs:ann:api 1-0 data api
    add_record stream:logs:ann:gone 1-0 data gone
    add_record stream:shared 1-0 data shared
    redis_cli sadd sselog:logs:ann api empty 'a:b' web >/dev/null

    ask ''
    shows 'without log=' own
    ask log=web
    shows 'a word' web
    ask log=shared
    shows 'a word without names' shared
    ask log=api
    shows 'a member of the set' api
    ask log=web REMOTE_USER=bob
    shows 'the same name for another user' bob

    ask log=never
    status_is 'an unknown log' 403
    cp "$dir/body" "$dir/unknown"
    for log in gone team api%00 a:b a%3Ab '' 'web%20' ../x web%0A ann '*' @sselog:logs:ann; do
        ask "log=$log"
        case $log in
        *%00*) status_is 'a NUL in the name' 400 ;;
        *)
            status_is "log=$log" 403
            check "log=$log: as an unknown log" cmp "$dir/unknown" "$dir/body"
            ;;
        esac
    done
    ask log=api REMOTE_USER=bob
    status_is "another user's member" 403
    check "another user's member: as an unknown log" cmp "$dir/unknown" "$dir/body"

    ask 'log=web&log=api'
    status_is 'log= twice' 400
    ask 'log=web&log=web'
    status_is 'the same log twice' 400
    ask log=web SSELOG_LOGS=
    shows 'log= without SSELOG_LOGS' own
    ask '' REMOTE_USER=ann:web
    status_is "a user whose key is another's named log" 403
    ask log=web PATH_INFO=/stream HTTP_ACCEPT=text/event-stream REQUEST_METHOD=HEAD
    status_is 'HEAD of a named stream' 200
    ask log=never PATH_INFO=/stream HTTP_ACCEPT=text/event-stream
    status_is 'an unknown stream' 403
}
fcgi_and_cgi chosen

stream_of() {
    query=$1
    shift
    ask "$query" PATH_INFO=/stream HTTP_ACCEPT=text/event-stream REQUEST_METHOD=HEAD "$@"
}
tag_of() {
    ask "log=$1"
    sed 's/.*"whose":"\([^"]*\)".*/\1/' "$dir/body"
}
several() {
    add_record stream:logs:ann:web 1-0 data web
    add_record stream:shared 1-0 data shared
    stream_of 'log=web&log=shared'
    status_is 'a stream of two logs' 200
    check 'a stream of two logs: its type' grep -qi '^Content-Type: text/event-stream' "$dir/head"
    stream_of 'log=web&log=shared&envelope=0'
    status_is 'envelope=0 changes nothing' 200
    stream_of 'log=web&log=shared&log=web'
    status_is 'a log twice' 400
    names=
    for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16; do
        redis_cli sadd sselog:logs:ann "n$i" >/dev/null
        names="$names&log=n$i"
    done
    stream_of "${names#&}"
    status_is 'sixteen logs' 200
    stream_of "log=web$names"
    status_is 'seventeen logs' 400
    for names in 'log=web&log=never' 'log=gone&log=web' 'log=web&log='; do
        stream_of "$names"
        status_is "$names" 403
    done
    stream_of 'log=web&log=shared&last_event_id=web=1-0,other=7-0'
    status_is 'a cursor of several logs' 200
    stream_of 'log=web&log=shared&last_event_id=1-0'
    status_is 'the cursor of one log' 400
    web=$(tag_of web) shared=$(tag_of shared)
    stream_of "log=web&log=shared&whose=$web,$shared"
    status_is 'the tags of both logs' 200
    for tags in "$web" "$shared,$web" "$web,$shared,$web"; do
        stream_of "log=web&log=shared&whose=$tags"
        status_is "the tags $tags" 409
    done
    stream_of "log=web&whose=$web,$shared"
    status_is 'a tag too many' 409
    stream_of 'log=web&log=shared' SSELOG_PROFILE=smarter SSELOG_LOGS=
    status_is 'another profile has one log' 200
}
fcgi_and_cgi several

# body_is, where the body has no line end
json_is() {
    text=$(cat)
    printf '%s' "$text" >"$dir/wanted"
    body_is "$1" <"$dir/wanted"
}
list() {
    ask '' PATH_INFO=/logs "$@"
}
listed() {
    list
    status_is 'no log has records' 200
    json_is 'no log has records' <<'BODY'
{"logs":[{"name":"web","title":"Web server","first":null,"last":null,"length":0},{"name":"shared","title":"shared","first":null,"last":null,"length":0}]}
BODY
    check 'a list: its type' grep -qi '^Content-Type: application/json' "$dir/head"
    check 'a list: no cache keeps it' grep -qi '^Cache-Control: no-store' "$dir/head"

    add_record stream:logs:ann:web 1-0 data web
    add_record stream:logs:ann:web 7-2 data web
    add_record stream:logs:ann:api 3-0 data api
    add_record stream:shared 4-0 data shared
    redis_cli xdel stream:shared 4-0 >/dev/null
    redis_cli set stream:logs:ann:text x >/dev/null
    redis_cli sadd sselog:logs:ann web text api 'a:b' "$(printf 'a\nb')" gone >/dev/null
    redis_cli sadd sselog:logs:bob hidden >/dev/null
    list
    json_is 'words in their order, then the members by name' <<'BODY'
{"logs":[{"name":"web","title":"Web server","first":"1-0","last":"7-2","length":2},{"name":"shared","title":"shared","first":null,"last":null,"length":0},{"name":"api","title":"api","first":"3-0","last":"3-0","length":1},{"name":"gone","title":"gone","first":null,"last":null,"length":0},{"name":"text","title":"text","first":null,"last":null,"length":0}]}
BODY
    ask limit=5 PATH_INFO=/logs
    status_is 'a part of the list' 400
    list REQUEST_METHOD=HEAD
    status_is 'HEAD' 200
    check 'HEAD: no body' [ ! -s "$dir/body" ]
    list REQUEST_METHOD=POST CONTENT_LENGTH=0
    status_is 'POST' 405
    list REQUEST_METHOD=OPTIONS HTTP_ORIGIN=http://page.example SSELOG_CORS=http://page.example
    status_is 'OPTIONS' 204
    list HTTP_ORIGIN=http://page.example SSELOG_CORS=http://page.example
    check 'CORS' grep -qi '^Access-Control-Allow-Origin: http://page.example' "$dir/head"
    list REMOTE_USER=
    status_is 'nobody' 401
    list SSELOG_ENABLED=0
    status_is 'viewing is turned off' 403
    list SSELOG_LOGS=
    json_is 'no words' <<'BODY'
{"logs":[]}
BODY
    list SSELOG_LOGS= SSELOG_SOURCE=pubsub
    status_is 'a channel' 404
    list SSELOG_LOGS= SSELOG_PROFILE=smarter
    status_is 'the profile of another system' 404
    send_request SCRIPT_NAME=/logs REMOTE_USER=ann REQUEST_METHOD=HEAD
    check 'a mount called /logs has the stream' grep -qi '^Content-Type: text/event-stream' "$dir/head"
}
fcgi_and_cgi listed

broken() {
    add_record stream:logs:ann:api 1-0 data api
    redis_cli set sselog:logs:ann api >/dev/null
    ask log=api
    status_is 'a set of the wrong type' 403
    list
    status_is 'a list with a set of the wrong type' 200
    redis_cli del sselog:logs:ann >/dev/null
    for i in 0 1 2 3 4 5 6 7 8 9; do
        # shellcheck disable=SC2046 # members
        redis_cli sadd sselog:logs:ann $(seq -f "log$i-%g" 1000) >/dev/null
    done
    list
    status_is 'a set of 10,000' 200
    check 'a set of 10,000: 1,000 are listed' [ "$(grep -o '"name":"log' "$dir/body" | wc -l)" = 1000 ]
    check 'a set of 10,000: the log tells it' grep -q 'more members than are read' "$dir/err"
    redis_cli shutdown nosave >/dev/null
    ask log=api
    status_is 'Redis is down' 503
    list
    status_is 'Redis is down, a list' 503
    check 'Redis is down: Retry-After' grep -qi '^Retry-After: ' "$dir/head"
}
interface=cgi
broken
done_testing
