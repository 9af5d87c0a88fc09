# SPDX-License-Identifier: MIT
"""Django: puts the user's name into Redis, where sselog can look it up.

sselog cannot use Django's own session.  It is a pickle, and it names the user by a number of the
database.  It is valid only together with SECRET_KEY and the hash of the password.

`LogPass` is a middleware for after AuthenticationMiddleware.  A user that opens the page gets a pass for
the stream: a cookie, and a key in Redis with the user's name.  The page stays as it is.

A pass ends with its log-in: at log-out, at a log-in as another user, when the password changes, and when
the user is deactivated or deleted.  Open streams then end at once.  Besides, it ends after PASS_SECONDS,
for changes that no signal tells, such as QuerySet.update() or a session that was removed.  A stream
that ended so asks sselog again.  sselog sends it to RENEW (SSELOG_LOGIN_URL), which asks Django for the
user, makes a new pass and sends it back.  The stream goes on where it was.

`log_token` is a view for pages that can be changed: it returns a token for `?token=`.  A token works
once, so each connection needs a new one.

Import this module in AppConfig.ready() too.  Otherwise `manage.py changepassword` ends no pass.
"""
import contextlib
import json
import logging
import secrets
import time

from django.conf import settings
from django.contrib.auth import HASH_SESSION_KEY, get_user_model
from django.contrib.auth.decorators import login_required
from django.contrib.auth.signals import user_logged_in
from django.contrib.auth.views import redirect_to_login
from django.db import transaction
from django.db.models.signals import post_delete, post_save
from django.dispatch import receiver
from django.http import HttpResponseRedirect, JsonResponse
from django.utils.cache import add_never_cache_headers
from django.utils.crypto import salted_hmac
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST
from django_redis import get_redis_connection
from redis.exceptions import RedisError

log = logging.getLogger(__name__)

PAGE = "/dashboard/logs/"  # pages at and below this path set the cookie, and get it back
RENEW = PAGE + "sselog-pass/"
COOKIE = "sselog"
PASS_SECONDS = 900
TOKEN_SECONDS = 30
SEED = "sselog_pass"  # in the session


def connection():
    return get_redis_connection("default")


def pass_key(secret):
    return f"sselog:session:{secret}"


def passes_of(user):
    """Key of a sorted set: the user's passes, by the time when each ends."""
    return f"sselog:passes:{user.pk}"


def secret_of(session):
    """The secret of a session's pass, or None.  Another password makes another secret, so that a cookie
    from before does not come to life again."""
    seed = session.get(SEED)
    return seed and salted_hmac(SEED, seed + session.get(HASH_SESSION_KEY, ""), algorithm="sha256").hexdigest()


def give(request):
    """Makes or renews the pass of this session.  Returns its secret and its seconds."""
    session, user = request.session, request.user
    session.setdefault(SEED, secrets.token_urlsafe(32))
    secret = secret_of(session)
    seconds = max(1, min(PASS_SECONDS, session.get_expiry_age()))
    now = time.time()
    with connection().pipeline() as together:
        together.set(pass_key(secret), json.dumps({"user_id": user.get_username()}), ex=seconds)
        together.zadd(passes_of(user), {pass_key(secret): now + seconds})
        together.zremrangebyscore(passes_of(user), 0, now)
        together.expire(passes_of(user), PASS_SECONDS)
        together.execute()
    return secret, seconds


@contextlib.contextmanager
def without_waiting_for_redis():
    """Nobody is kept from a log-out or a new password because Redis is away."""
    try:
        yield
    except RedisError as error:
        log.error("passes stay for up to %d s: %s", PASS_SECONDS, error)


def take_back(secret):
    with without_waiting_for_redis():
        connection().delete(pass_key(secret))


def take_all_back(passes):
    with without_waiting_for_redis():
        with connection().pipeline() as together:
            together.zrange(passes, 0, -1)
            together.delete(passes)
            keys, _ = together.execute()
        if keys:
            connection().delete(*keys)


def take_all_back_later(user, using):
    """At the end of the transaction: until then Django itself would still renew the passes."""
    passes = passes_of(user)
    transaction.on_commit(lambda: take_all_back(passes), using=using)


class LogPass:
    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        before = self.held(request)
        response = self.renew(request) if request.path == RENEW else self.get_response(request)
        if before and self.held(request) != before:  # a log-out, or a log-in
            take_back(before)
        page = response.status_code == 200 and response.get("Content-Type", "").startswith("text/html")
        if page and request.path.startswith(PAGE) and request.user.is_authenticated:
            self.set_cookie(request, response)
        return response

    @staticmethod
    def held(request):
        """The secret of the session's pass.  Looking is no access: it makes no `Vary: Cookie`."""
        if settings.SESSION_COOKIE_NAME not in request.COOKIES:
            return None
        accessed = request.session.accessed
        try:
            return secret_of(request.session)
        finally:
            request.session.accessed = accessed

    @staticmethod
    def set_cookie(request, response):
        secret, seconds = give(request)
        response.set_cookie(COOKIE, secret, max_age=seconds, path=PAGE, httponly=True,
                            secure=settings.SESSION_COOKIE_SECURE, samesite="Lax")

    def renew(self, request):
        """Sends a user that is logged in back with a pass, others to the log-in."""
        back = request.GET.get("next", "")
        if not (back.startswith(PAGE) and url_has_allowed_host_and_scheme(back, allowed_hosts=None)):
            back = PAGE
        if not request.user.is_authenticated:
            return redirect_to_login(back)
        response = HttpResponseRedirect(back)
        self.set_cookie(request, response)
        add_never_cache_headers(response)
        return response


@receiver(user_logged_in)
def log_in_makes_another_pass(request=None, **_):
    if request is not None:
        request.session[SEED] = secrets.token_urlsafe(32)


# Without a sender: a model that stands for the user model (a proxy) is a sender of its own.
@receiver(post_save)
def user_changed(instance, using, update_fields=None, **_):
    """An active user whose password stayed gets a new pass at RENEW.  A log-in changes last_login only."""
    if isinstance(instance, get_user_model()) and not (update_fields and set(update_fields) <= {"last_login"}):
        take_all_back_later(instance, using)


@receiver(post_delete)
def user_deleted(instance, using, **_):
    if isinstance(instance, get_user_model()):
        take_all_back_later(instance, using)


@require_POST
@login_required
def log_token(request):
    """The token ends with the pass, and so does its stream."""
    secret, _ = give(request)
    token = secrets.token_urlsafe(32)
    value = {"user_id": request.user.get_username(), "sselog": {"vouch": pass_key(secret)}}
    connection().set(f"sse_token:{token}", json.dumps(value), ex=TOKEN_SECONDS)
    return JsonResponse({"token": token})
