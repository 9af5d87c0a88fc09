#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""A small Django site with examples/smarter/sselog_pass.py and examples/swf/sselog_tokens.py.

It has real users, sessions and token keys, in a database of its own.

    django_site.py DIRECTORY

REDIS_URL is the address of Redis. The site writes its port to DIRECTORY/port. Any other path is
answered with "the application: PATH".
"""
import os
import sys
from pathlib import Path
from wsgiref.simple_server import WSGIRequestHandler, make_server

TOP = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(TOP / "examples/smarter"), str(TOP / "examples/swf")]
DIRECTORY = Path(sys.argv[1])

import django
from django.conf import settings

settings.configure(
    SECRET_KEY="for tests", ALLOWED_HOSTS=["*"], ROOT_URLCONF=__name__, USE_TZ=True,
    DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": DIRECTORY / "db.sqlite3"}},
    CACHES={"default": {"BACKEND": "django_redis.cache.RedisCache",
                        "LOCATION": os.environ["REDIS_URL"]}},
    SESSION_ENGINE="django.contrib.sessions.backends.cache", LOGIN_URL="/login/",
    PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"],
    AUTH_PASSWORD_VALIDATORS=[], DEFAULT_AUTO_FIELD="django.db.models.AutoField",
    INSTALLED_APPS=["django.contrib.contenttypes", "django.contrib.auth", "django.contrib.sessions",
                    "rest_framework.authtoken"],
    MIDDLEWARE=["django.contrib.sessions.middleware.SessionMiddleware",
                "django.contrib.auth.middleware.AuthenticationMiddleware", "sselog_pass.LogPass"])
django.setup()

from django.contrib.auth import authenticate, get_user_model, login, logout, update_session_auth_hash
from django.contrib.auth.decorators import login_required
from django.core.management import call_command
from django.db import transaction
from django.http import HttpResponse
from django.urls import path, re_path
from rest_framework.authtoken.models import Token

import sselog_pass
import sselog_tokens

User = get_user_model()
Renamed = type("Renamed", (User,), {"__module__": __name__, "Meta": type("Meta", (), {
    "proxy": True, "app_label": "auth"})})


def log_in(request):
    user = authenticate(username=request.GET.get("user"), password="secret")
    if user:
        login(request, user)
    return HttpResponse("in" if user else "who?", status=200 if user else 403)


def log_out(request):
    logout(request)
    return HttpResponse("out")


def change(request, name, what):
    """Does to a user what an administrator does."""
    user = (Renamed if what.startswith("proxy-") else User).objects.get(username=name)
    what = what.removeprefix("proxy-")
    if what == "delete":
        user.delete()
    elif what == "password":
        with transaction.atomic():
            user.set_password("another")
            user.save()
    elif what == "own-password" and request.user == user:
        user.set_password("another")
        user.save(update_fields=["password"])
        update_session_auth_hash(request, user)
    elif what == "deactivate":
        user.is_active = False
        user.save()
    elif what == "quiet-password":
        user.set_password("another")
        User.objects.filter(pk=user.pk).update(password=user.password)
    elif what == "email":
        user.email = "ann@example"
        user.save()
    return HttpResponse("done")


def key(request, name, what):
    """Creates or deletes a token key, or activates or deactivates its user."""
    user = User.objects.get(username=name)
    if what == "make":
        return HttpResponse(Token.objects.create(user=user).key)
    if what == "drop":
        Token.objects.get(user=user).delete()
    else:
        user.is_active = what == "activate"
        user.save()
    return HttpResponse("done")


urlpatterns = [
    path("login/", log_in),
    path("logout/", log_out),
    path("dashboard/logs/", login_required(lambda request: HttpResponse("<title>logs</title>"))),
    path("dashboard/logs/token/", sselog_pass.log_token),
    path("key/<name>/<what>/", key),
    path("user/<name>/<what>/", change),
    re_path("", lambda request: HttpResponse(f"the application: {request.path}")),
]


class Quiet(WSGIRequestHandler):
    def log_message(self, *_):
        pass


if __name__ == "__main__":
    from django.core.wsgi import get_wsgi_application

    call_command("migrate", verbosity=0)
    for name in ("ann", "bob", *(f"user{n}" for n in range(10))):
        User.objects.create_user(name, password="secret")
    sselog_tokens.publish_all()
    server = make_server("127.0.0.1", 0, get_wsgi_application(), handler_class=Quiet)
    (DIRECTORY / "port.new").write_text(str(server.server_port))
    (DIRECTORY / "port.new").rename(DIRECTORY / "port")
    server.serve_forever()
