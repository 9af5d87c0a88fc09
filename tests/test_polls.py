# SPDX-License-Identifier: MIT
"""Streams that are answered complete: SSELOG_HOLD says how many of a site are held, the others are polls."""
import json
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

import webs
from fcgi import FcgiStream, environment, fcgi_get
from identity import session
from metrics import figures
from procs import DEADLINE, wait_until
from sse import EventSource, get

POLLS, HELD = "sselog:hold:polls", "sselog:hold"
ANN = {"auth": "remote_user", "stream": "stream:logs:{user}"}


def ask(responder, last_id="", path="/sselog/stream", user="ann", **params):
    """An open response."""
    query = params.pop("query", "")
    more = {"HTTP_LAST_EVENT_ID": last_id} if last_id else {}
    return FcgiStream(responder.socket, environment(path, query, REMOTE_USER=user, **more, **params))


def poll(responder, last_id="", **params):
    """A response that has to end by itself, as a poll."""
    with ask(responder, last_id, **params) as s:
        s.read_rest()
        end = s.events[-1]
        assert end.type == "end" and end.json()["reason"] == "poll", s.events
        assert end.json()["every"] == s.parser.retry
        return s


def poll_swf(responder, last_id=""):
    """The receivers of swf take each frame for a message: nothing tells them that this is a poll."""
    with ask(responder, last_id) as s:
        s.read_rest()
        assert s.events[0].type == "connected"
        return s


# ---- what a poll brings ----

@pytest.mark.parametrize("kind", ["lighttpd-cgi", "nginx"])
def test_polls_bring_each_record_once(stack, redis, kind):
    """Under a web server that starts a process for each, and one that does not, with records before, between and during the polls."""
    server = stack.server(kind, redis, hold=0, poll=500)
    redis.add_many("log", [f"before {i}" for i in range(3)])
    source = stack.keep(EventSource(server.port, server.path + "/stream"))
    for i in range(8):
        redis.add("log", f"record {i}")
        wait_until(lambda: len(source.records) >= 4 + i, "the record in a poll")
    assert [e.data for e in source.records] == [f"before {i}" for i in range(3)] + [f"record {i}" for i in range(8)]
    assert source.failed is None and set(source.ends) == {"poll"}


def test_poll_has_history_then_what_follows_the_cursor(stack, redis):
    responder = stack.responder(redis, **ANN, hold=0)
    redis.add("stream:logs:ann", "one")
    first = poll(responder)
    assert first.payloads == ["one"]
    assert [e.type for e in first.events] == ["message", "live", "end"]
    last = redis.add("stream:logs:ann", "two")
    second = poll(responder, first.parser.last_id)
    assert second.payloads == ["two"] and second.parser.last_id == last
    third = poll(responder, last)
    assert third.payloads == [] and [e.type for e in third.events] == ["live", "end"]
    assert 3000 <= third.parser.retry <= 3750


def test_poll_sees_a_record_that_was_added_just_before(stack, redis):
    """No viewer is live, so nothing follows the log between two polls."""
    responder = stack.responder(redis, **ANN, hold=0)
    last = poll(responder).parser.last_id
    for i in range(100):
        added = redis.add("stream:logs:ann", f"record {i}")
        s = poll(responder, last)
        assert s.payloads == [f"record {i}"]
        last = added


def test_poll_tells_a_gap(stack, redis):
    responder = stack.responder(redis, **ANN, hold=0)
    redis.add_many("stream:logs:ann", ["a", "b"])
    last = poll(responder).parser.last_id
    redis.add_many("stream:logs:ann", ["c", "d", "e", "f"])
    redis.client.xtrim("stream:logs:ann", maxlen=1, approximate=False)
    s = poll(responder, last)
    gap = s.events[0]
    # A cursor does not tell how many records were before it.
    assert gap.type == "gap" and gap.json() == {"after": last, "next": s.parser.last_id, "lost": None}
    assert s.payloads == ["f"]


def test_gap_of_a_deleted_log_is_told_once(stack, redis):
    responder = stack.responder(redis, **ANN, hold=0)
    last = redis.add("stream:logs:ann", "one")
    redis.client.delete("stream:logs:ann")
    first = poll(responder, last)
    assert [e.type for e in first.events] == ["gap", "live", "end"] and first.parser.last_id == "0-0"
    assert [e.type for e in poll(responder, "0-0").events] == ["live", "end"]
    redis.add("stream:logs:ann", "of the next log")
    assert [e.type for e in poll(responder, "0-0").events] == ["message", "live", "end"]


def test_gap_before_withheld_records_of_a_new_log_is_told_once(stack, redis):
    """Its ids are lower than the client's."""
    responder = stack.responder(redis, **ANN, hold=0)
    last = redis.add("stream:logs:ann", "one")
    redis.client.delete("stream:logs:ann")
    redis.client.xadd("stream:logs:ann", {"data": "hidden"}, id="5-0")
    first = poll(responder, last, query="q=wanted")
    assert [e.type for e in first.events] == ["gap", "live", "end"] and first.parser.last_id == "5-0"
    assert [e.type for e in poll(responder, "5-0", query="q=wanted").events] == ["live", "end"]


def test_cursor_of_a_poll_moves_past_withheld_records(stack, redis):
    responder = stack.responder(redis, **ANN, hold=0)
    redis.add("stream:logs:ann", "wanted")
    first = poll(responder, query="q=wanted")
    hidden = redis.add("stream:logs:ann", "hidden")
    second = poll(responder, first.parser.last_id, query="q=wanted")
    assert second.payloads == [] and second.parser.last_id == hidden
    redis.add("stream:logs:ann", "wanted too")
    assert poll(responder, hidden, query="q=wanted").payloads == ["wanted too"]


@pytest.mark.parametrize("profile, options, ask_once", [
    ("smarter", {}, poll), ("swf", {"source": "stream", "history": 10}, poll_swf)])
def test_profiles_are_polled_too(stack, redis, profile, options, ask_once):
    responder = stack.responder(redis, **{**ANN, **options}, profile=profile, hold=0)
    redis.add("stream:logs:ann", json.dumps({"message": "one", "level": "INFO"}))
    first = ask_once(responder)
    assert "one" in first.raw.decode() and first.parser.last_id
    redis.add("stream:logs:ann", json.dumps({"message": "two", "level": "INFO"}))
    second = ask_once(responder, first.parser.last_id)
    text = second.raw.decode()
    assert "two" in text and '"one"' not in text


def test_polls_of_swf_without_history_lose_nothing(stack, redis):
    """A client that got no record yet has an id from the heartbeat at the end."""
    responder = stack.responder(redis, **ANN, profile="swf", source="stream", history=0, hold=0)
    last = ""
    for i in range(3):
        s = poll_swf(responder, last)
        last = s.parser.last_id
        assert last and s.raw.decode().count("record") == min(i, 1)
        redis.add("stream:logs:ann", json.dumps({"message": f"record {i}"}))


def test_long_history_is_sent_whole(stack, redis):
    responder = stack.responder(redis, **ANN, hold=0, history=20000)
    texts = [f"{i} " + "x" * 1000 for i in range(5000)]
    redis.add_many("stream:logs:ann", texts)
    assert poll(responder).payloads == texts


def test_compressed_poll_is_whole(stack, redis):
    responder = stack.responder(redis, **ANN, hold=0, compress=1)
    redis.add_many("stream:logs:ann", [f"record {i}" for i in range(500)])
    s = poll(responder, HTTP_ACCEPT_ENCODING="gzip")
    assert s.headers["content-encoding"] == "gzip" and s.gzip.eof
    assert s.payloads == [f"record {i}" for i in range(500)]


def test_head_request_is_no_poll(stack, redis):
    responder = stack.responder(redis, **ANN, hold=0)
    answer = fcgi_get(responder.socket, environment("/sselog/stream", REMOTE_USER="ann", REQUEST_METHOD="HEAD"))
    assert answer.status == 200
    assert not redis.client.exists(POLLS)


# ---- places ----

def test_so_many_streams_are_held_and_a_free_place_goes_to_a_poller(stack, redis):
    responder = stack.responder(redis, **ANN, hold=2)
    held = [stack.keep(ask(responder)) for _ in range(2)]
    for s in held:
        s.read_until_live()
    assert redis.client.zcard(HELD) == 2
    last = redis.add("stream:logs:ann", "to all")
    for s in held:
        assert s.read_records(1)[0].data == "to all"
    assert poll(responder).payloads == ["to all"]
    held[0].close()
    wait_until(lambda: redis.client.zcard(HELD) == 1, "the place to be free")
    third = stack.keep(ask(responder, last))
    third.read_until_live()
    redis.add("stream:logs:ann", "later")
    assert third.read_records(1)[0].data == "later"
    assert redis.client.zcard(HELD) == 2


def test_processes_share_the_places(stack, redis):
    one, two = (stack.responder(redis, **ANN, hold=1) for _ in range(2))
    held = stack.keep(ask(one))
    held.read_until_live()
    poll(two)


def test_places_of_two_sites_are_apart(stack, redis):
    one = stack.responder(redis, **ANN, hold=1, hold_key="sselog:hold:one")
    two = stack.responder(redis, **ANN, hold=1, hold_key="sselog:hold:two")
    for responder in (one, two):
        stack.keep(ask(responder)).read_until_live()
    poll(one)
    poll(two)
    assert redis.client.zcard("sselog:hold:one") == redis.client.zcard("sselog:hold:two") == 1


def test_place_of_a_process_that_died_becomes_free(stack, redis):
    """Its entry ends by its score, unless it is renewed."""
    responder = stack.responder(redis, **ANN, hold=1)
    other = stack.responder(redis, **ANN, hold=1)
    stack.keep(ask(responder)).read_until_live()
    [(member, ends)] = redis.client.zrange(HELD, 0, -1, withscores=True)
    assert 60 < ends - time.time() <= 91
    responder.kill()
    poll(other)
    redis.client.zadd(HELD, {member: time.time() - 2})
    stack.keep(ask(other)).read_until_live()
    wait_until(lambda: redis.client.zrange(HELD, 0, -1) != [member], "the old entry to go")
    assert redis.client.zcard(HELD) == 1


def test_client_of_a_cgi_process_that_leaves_at_once_frees_its_place(stack, redis):
    """The relay has no connection to Redis yet."""
    setup = stack.setup(redis, **ANN, hold=5)
    for _ in range(5):
        child = subprocess.Popen([webs.program()], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                 env={**setup.environment(), **environment("/sselog/stream", REMOTE_USER="ann")})
        child.stdout.close()
        assert child.wait(DEADLINE) == 0
        assert redis.client.zcard(HELD) == 0


def test_sigterm_frees_the_places(stack, redis):
    responder = stack.responder(redis, **ANN, hold=5)
    for _ in range(3):
        stack.keep(ask(responder)).read_until_live()
    assert redis.client.zcard(HELD) == 3
    responder.stop()
    assert redis.client.zcard(HELD) == 0


def test_stream_that_waits_for_a_seat_takes_no_place(stack, redis):
    responder = stack.responder(redis, **ANN, hold=9, max_per_user=1)
    stack.keep(ask(responder)).read_until_live()
    with ask(responder) as s:
        s.read_rest()
        assert s.events[-1].type == "unavailable"
    assert redis.client.zcard(HELD) == 1


def test_stream_is_a_poll_where_redis_refuses_to_count(stack, redis):
    refused = b"-NOPERM this user has no permissions to run the 'zcount' command\r\n"
    scripted = stack.scripted(redis, lambda conn, cmd: refused if cmd[0].upper() == b"ZCOUNT" else None)
    responder = stack.responder(scripted, **ANN, hold=5)
    redis.add("stream:logs:ann", "one")
    assert poll(responder).payloads == ["one"]
    assert "ZCOUNT" in responder.output()


def test_answer_that_waits_takes_a_place(stack, redis):
    """As CGI it is a process like a held stream. Without a place it is told when to ask again."""
    responder = stack.responder(redis, **ANN, hold=1)

    def history(query):
        return fcgi_get(responder.socket, environment("/sselog/history", query, REMOTE_USER="ann",
                                                      HTTP_ACCEPT="application/json"))
    with ThreadPoolExecutor() as threads:
        waiting = threads.submit(history, "after=0-0&wait=60")
        wait_until(lambda: redis.client.zcard(HELD) == 1, "the place to be taken")
        [(_, ends)] = redis.client.zrange(HELD, 0, -1, withscores=True)
        assert 60 < ends - time.time() <= 71
        at_once = json.loads(history("after=0-0&wait=60").raw)
        assert at_once["records"] == [] and 3000 <= at_once["every"] <= 3750
        assert "every" not in json.loads(history("after=0-0").raw)
        redis.add("stream:logs:ann", "one")
        waited = json.loads(waiting.result().raw)
        assert waited["records"][0]["data"] == "one"
        assert "every" not in waited  # so a script asks again at once
    wait_until(lambda: redis.client.zcard(HELD) == 0, "the place to be free")


def test_scripts_that_ask_again_count_as_pollers(stack, redis):
    responder = stack.responder(redis, **ANN, hold=0, processes=1)
    count_pollers(redis, 20, 5000, 1000)
    for _ in range(20):
        answer = fcgi_get(responder.socket, environment("/sselog/history", "after=0-0&wait=60", REMOTE_USER="ann",
                                                        HTTP_ACCEPT="application/json"))
        assert json.loads(answer.raw)["every"] >= 5000
    assert redis.client.zcard(POLLS) == 40
    assert poll(responder).parser.retry >= 10000


# ---- the interval ----

def count_pollers(redis, count, wall_us, cpu_us):
    due = (time.time() + 600) * 1000
    redis.client.zadd(POLLS, {f"client{i}:{wall_us}:{cpu_us}": due + i for i in range(count)})


@pytest.mark.parametrize("count, wall_us, cpu_us, processes, every", [
    (10, 5000, 2000, 15, 3000),         # the least
    (999, 150_000, 2000, 15, 20000),    # 1,000 polls of 150 ms need 150 s of processes: 7.5 of them
    (999, 5000, 10_000, 15, 20000),     # 10 s of processor time, half a core
    (999, 150_000, 2000, 150, 4000),
])
def test_interval_grows_with_the_pollers_and_their_cost(stack, redis, count, wall_us, cpu_us, processes, every):
    responder = stack.responder(redis, **ANN, hold=0, processes=processes)
    count_pollers(redis, count, wall_us, cpu_us)
    assert every <= poll(responder).parser.retry <= every * 5 // 4


@pytest.mark.parametrize("by, software, script, every", [
    ("sselog", "Apache/2.4.71", "/x", 20000),       # mod_proxy_fcgi
    ("spawn-fcgi", "Apache/2.4.71", "proxy:fcgi://x", 20000),
    ("spawn-fcgi", "lighttpd/1.4.69", "/x", 20000),
    ("spawn-fcgi", "Apache/2.4.71", "/x", 60000),   # mod_fcgid: 5 of the 15 processes are left
])
def test_held_stream_takes_a_process_only_where_it_has_one(stack, redis, by, software, script, every):
    responder = stack.responder(redis, **ANN, hold=10, processes=15, run={"by": by})
    redis.client.zadd(HELD, {f"viewer{i}": time.time() + 600 for i in range(10)})
    count_pollers(redis, 999, 150_000, 2000)
    retry = poll(responder, SERVER_SOFTWARE=software, SCRIPT_FILENAME=script).parser.retry
    assert every <= retry <= every * 5 // 4


def test_one_poll_that_took_minutes_makes_nobody_wait_for_minutes(stack, redis):
    """Its client read slowly."""
    responder = stack.responder(redis, **ANN, hold=0)
    count_pollers(redis, 200, 5000, 2000)
    redis.client.zadd(POLLS, {"slow:300000000:60000000": (time.time() + 900) * 1000})
    assert poll(responder).parser.retry < 35000


def test_clients_that_come_together_get_different_intervals(stack, redis):
    responder = stack.responder(redis, **ANN, hold=0)
    assert len({poll(responder).parser.retry for _ in range(20)}) > 5


def test_pollers_are_counted_until_they_are_to_be_back(stack, redis):
    responder = stack.responder(redis, **ANN, hold=0)
    redis.client.zadd(POLLS, {"gone:1:1": (time.time() - 1) * 1000})
    every = poll(responder).parser.retry
    wait_until(lambda: b"gone:1:1" not in redis.client.zrange(POLLS, 0, -1), "the poll to be counted")
    [(member, due)] = redis.client.zrange(POLLS, 0, -1, withscores=True)
    _, wall, cpu = member.decode().split(":")
    assert 0 < int(cpu) and 0 < int(wall) < 60_000_000
    assert 0 < due / 1000 - time.time() <= every / 1000


# ---- identity ----

def test_poll_renews_an_exchange_token(stack, redis):
    redis.client.set("session:abc", session())
    redis.add("stream:logs:ann", "one")
    responder = stack.responder(redis, auth="token cookie", stream="stream:logs:{user}", hold=0)
    answer = fcgi_get(responder.socket, environment("/sselog/token", method="POST", HTTP_COOKIE="session=abc"))
    token, last = json.loads(answer.raw)["token"], ""
    seen = [token]
    for i in range(4):
        s = poll(responder, last, user=None, query=f"token={token}")
        assert s.payloads == ([f"{i}"] if i else ["one"])
        given = [e.json() for e in s.events if e.type == "token"]
        assert len(given) == 1 and given[0]["expires_in"] > s.parser.retry / 1000
        token, last = given[0]["token"], s.parser.last_id
        assert token not in seen
        seen.append(token)
        assert 0 < redis.client.ttl("sse_token:" + token) <= given[0]["expires_in"] + 1
        redis.add("stream:logs:ann", f"{i + 1}")
    # A token that was used is good for nothing.
    used = fcgi_get(responder.socket, environment("/sselog/stream", f"token={seen[-2]}",
                                                  HTTP_ACCEPT="application/json"))
    assert used.status == 401


def test_renewed_tokens_end_with_the_lifetime_of_a_stream(stack, redis):
    """Each goes on with the end of the one before: nobody polls for ever without a login."""
    responder = stack.responder(redis, auth="token", stream="stream:logs:{user}", hold=0, lifetime=100)
    redis.client.set("sse_token:" + "a" * 43, session())
    ends = set()
    token = "a" * 43
    for _ in range(3):
        s = poll(responder, user=None, query=f"token={token}")
        token = next(e.json()["token"] for e in s.events if e.type == "token")
        ends.add(json.loads(redis.client.get("sse_token:" + token))["sselog"]["ends"])
    assert len(ends) == 1 and 90 < ends.pop() - time.time() <= 101


def test_other_credentials_get_no_token(stack, redis):
    responder = stack.responder(redis, **ANN, hold=0)
    assert [e.type for e in poll(responder).events] == ["live", "end"]


def test_poll_after_the_session_ended_is_refused(stack, redis):
    redis.client.set("session:abc", session())
    responder = stack.responder(redis, auth="cookie", stream="stream:logs:{user}", hold=0)
    poll(responder, user=None, HTTP_COOKIE="session=abc")
    redis.client.delete("session:abc")
    answer = fcgi_get(responder.socket, environment("/sselog/stream", HTTP_COOKIE="session=abc",
                                                    HTTP_ACCEPT="application/json"))
    assert answer.status == 401


# ---- Redis away ----

def test_poll_without_redis_ends_at_once_with_a_longer_interval(stack, redis):
    """Else each client would occupy a process until a time-out."""
    responder = stack.responder(redis, **ANN, hold=0, poll=500)
    last = redis.add("stream:logs:ann", "one")
    assert poll(responder).payloads == ["one"]
    redis.kill()
    began = time.monotonic()
    for _ in range(20):
        s = poll(responder, last)
        assert [e.type for e in s.events if e.type != "live"] == ["source", "end"]
        assert s.events[0].json() == {"state": "lost"}
        assert s.parser.retry in range(12000, 30001)
    assert time.monotonic() - began < 60  # no poll waited for Redis
    redis.start()
    wait_until(lambda: ("source" not in [e.type for e in poll(responder, last).events]), "Redis to be used again")


def test_poll_waits_once_for_a_redis_that_answers_nothing(stack, redis):
    """The front waited for its deadline, so the relay does not wait as well."""
    responder = stack.responder(redis, **ANN, hold=0)
    poll(responder)
    redis.freeze()
    try:
        s = poll(responder)
    finally:
        redis.thaw()
    assert [e.type for e in s.events] == ["source", "end"] and s.parser.retry >= 12000


def test_polls_as_cgi_do_not_wait_for_a_redis_that_answers_nothing(stack, redis):
    """Their processes would be the site's. So many at once end one after the other within the test's time."""
    server = stack.server("lighttpd-cgi", redis, hold=0)
    assert get(server.port, server.path + "/stream").status == 200
    redis.freeze()
    try:
        answers = [get(server.port, server.path + "/stream") for _ in range(3)]
    finally:
        redis.thaw()
    for s in answers:
        assert [e.type for e in s.events] == ["source", "end"] and s.parser.retry >= 12000


# ---- what others see ----

def test_polling_client_of_swf_stays_listed(stack, redis):
    responder = stack.responder(redis, **ANN, profile="swf", source="stream", hold=0)
    s = poll_swf(responder)
    key = "sselog:viewers:stream:logs:ann"

    def seconds_left():
        return [ends - time.time() for _, ends in redis.client.zrange(key, 0, -1, withscores=True)]
    assert s.ended
    wait_until(lambda: [left for left in seconds_left() if left <= 6], "the time at which the client comes back")
    assert len(seconds_left()) == 1


def test_metrics_count_polls(stack, redis):
    responder = stack.responder(redis, **ANN, hold=0)
    for _ in range(3):
        poll(responder)
    assert figures(responder)["sselog_polls_total"] == 3


def test_options_of_a_request_choose(stack, redis):
    """A site's .htaccess may set them for one page."""
    responder = stack.responder(redis, **ANN)
    s = poll(responder, SSELOG_HOLD="0", SSELOG_POLL="60000")
    assert 60000 <= s.parser.retry <= 75000
    stack.keep(ask(responder)).read_until_live()
    assert not redis.client.exists(HELD)
