# SPDX-License-Identifier: MIT
"""Django: who somebody is, put into Redis where sselog can look it up.

Django's own session cannot be used for that: it is pickled, names the user by a number of the
database, and is only valid together with SECRET_KEY and the password's hash.

`LogPass` is a middleware (after AuthenticationMiddleware): who opens the page gets a cookie of its own
for the stream, good for as long as the session and until logout.  The page stays as it is.
`log_token` is a view instead, for pages that can be changed: a single-use token for `?token=`.  A new
one is needed for each connection.
"""
import json
import secrets

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.contrib.auth.signals import user_logged_out
from django.dispatch import receiver
from django.http import JsonResponse
from django.views.decorators.http import require_POST
from django_redis import get_redis_connection

PAGE = "/dashboard/logs/"  # pages at and below this path give the cookie, and it is sent there
COOKIE = "sselog"
TOKEN_SECONDS = 30


def identity(user):
    return json.dumps({"user_id": user.get_username()})


def pass_key(secret):
    return f"sselog:session:{secret}"


class LogPass:
    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        response = self.get_response(request)
        page = response.status_code == 200 and response.get("Content-Type", "").startswith("text/html")
        if page and request.path.startswith(PAGE) and request.user.is_authenticated:
            self.give(request, response)
        return response

    def give(self, request, response):
        seconds = request.session.get_expiry_age()
        secret = request.session.setdefault("sselog_pass", secrets.token_urlsafe(32))
        get_redis_connection("default").set(pass_key(secret), identity(request.user), ex=seconds)
        response.set_cookie(COOKIE, secret, max_age=seconds, path=PAGE, httponly=True,
                            secure=settings.SESSION_COOKIE_SECURE, samesite="Lax")


@receiver(user_logged_out)
def take_back(request=None, **_):
    secret = request.session.get("sselog_pass") if request else None
    if secret:
        get_redis_connection("default").delete(pass_key(secret))


@require_POST
@login_required
def log_token(request):
    token = secrets.token_urlsafe(32)
    get_redis_connection("default").set(f"sse_token:{token}", identity(request.user), ex=TOKEN_SECONDS)
    return JsonResponse({"token": token})
