# SPDX-License-Identifier: MIT
"""GET /healthz?probe=NONCE: who is answered, and that it holds no values."""
import hashlib
import json

from fcgi import environment, fcgi_get


def test_details_are_for_administrators_and_this_machine(stack, redis):
    responder = stack.responder(redis, auth="header", trusted="10.0.0.1", user_header="User", role_header="Role",
                                admin_roles="admin")

    def probe(**params):
        return fcgi_get(responder.socket, environment("/sselog/healthz", QUERY_STRING="probe=abc", **params))

    here = probe(REMOTE_ADDR="127.0.0.1")
    assert here.status == 200 and json.loads(here.raw)["why"] == "none"
    assert probe(REMOTE_ADDR="192.0.2.7").status == 401
    assert probe(REMOTE_ADDR="127.0.0.1", HTTP_X_FORWARDED_FOR="198.51.100.1").status == 401
    assert probe(REMOTE_ADDR="127.0.0.1", HTTP_X_FORWARDED_FOR="192.0.2.213, 198.51.100.1").status == 401
    # The doctor invents this address, which a proxy would make a list of.
    assert probe(REMOTE_ADDR="127.0.0.1", HTTP_X_FORWARDED_FOR="192.0.2.213").status == 200
    assert probe(REMOTE_ADDR="127.0.0.1", HTTP_VIA="1.1 proxy").status == 401
    assert probe(REMOTE_ADDR="10.0.0.1", HTTP_USER="ann").status == 403
    admin = probe(REMOTE_ADDR="10.0.0.1", HTTP_USER="ann", HTTP_ROLE="admin")
    assert json.loads(admin.raw)["method"] == "header"


def test_details_hold_no_values(stack, redis):
    responder = stack.responder(redis, auth="remote_user")
    answer = fcgi_get(responder.socket, environment(
        "/sselog/healthz", QUERY_STRING="probe=abc", REMOTE_ADDR="127.0.0.1", REMOTE_USER="ann", HTTP_COOKIE="topsecret",
        HTTP_AUTHORIZATION="Bearer topsecret", SSELOG_STREAM="stream:logs:{user}"))
    o = json.loads(answer.raw)
    assert o["user"] == o["remote_user"] == hashlib.sha256(b"abc:ann").hexdigest()
    assert {"HTTP_COOKIE", "HTTP_AUTHORIZATION"} <= set(o["headers"]) and o["options"] == ["SSELOG_STREAM"]
    assert b"topsecret" not in answer.raw and b"ann" not in answer.raw
    for nonce in ("", "x" * 65, "a b", "%00"):
        assert fcgi_get(responder.socket, environment("/sselog/healthz", REMOTE_ADDR="127.0.0.1",
                                                      QUERY_STRING=f"probe={nonce}")).status in (200, 400), nonce
