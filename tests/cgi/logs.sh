#!/bin/sh
# SPDX-License-Identifier: MIT
# SSELOG_LOGS: which log log= gives, and what is refused. A log that does not exist and one that is
# another's get the same bytes.
# shellcheck source=tests/cgi/lib.sh
. "$(dirname "$0")/lib.sh"

words='web(Web_server)=stream:logs:{user}:web team=stream:team:{tenant} shared=stream:shared
    @sselog:logs:{user}=stream:logs:{user}:{log}'
ask() {
    query=$1
    shift
    send_request PATH_INFO=/history REMOTE_USER=ann "QUERY_STRING=$query" "SSELOG_LOGS=$(echo $words)" "$@"
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

broken() {
    add_record stream:logs:ann:api 1-0 data api
    redis_cli set sselog:logs:ann api >/dev/null
    ask log=api
    status_is 'a set of the wrong type' 403
    redis_cli shutdown nosave >/dev/null
    ask log=api
    status_is 'Redis is down' 503
    check 'Redis is down: Retry-After' grep -qi '^Retry-After: ' "$dir/head"
}
interface=cgi
broken
done_testing
