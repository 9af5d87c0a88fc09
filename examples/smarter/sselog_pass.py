# SPDX-License-Identifier: MIT
"""Django: puts the user's name into Redis, where sselog can look it up.

sselog cannot use Django's own session.  It is a pickle, and it names the user by a number of the
database.  It is valid only together with SECRET_KEY and the hash of the password.

`LogPass` is a middleware for after AuthenticationMiddleware.  A user that opens the page gets a cookie
for the stream, which is valid until the session ends or the user logs out.  The page stays as it is.
`log_token` is a view for pages that can be changed: it returns a token for `?token=`.  A token works
once, so each connection needs a new one.
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

PAGE = "/dashboard/logs/"  # pages at and below this path set the cookie, and get it back
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
