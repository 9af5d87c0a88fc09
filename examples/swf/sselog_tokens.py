# SPDX-License-Identifier: MIT
"""swf-monitor: keeps in Redis what sselog needs to check `Authorization: Token <key>`.

Import it where Django starts (AppConfig.ready), and call publish_all() once for the keys that exist.
sselog looks for the SHA-256 of a key, so Redis does not hold the keys themselves.  Open streams end
when a key or its user is removed, and when the user is deactivated.
"""
import hashlib
import json
import os

import redis
from django.contrib.auth import get_user_model
from django.db.models.signals import post_delete, post_save
from django.dispatch import receiver
from rest_framework.authtoken.models import Token

client = redis.Redis.from_url(os.environ.get("REDIS_URL", "redis://127.0.0.1:6379/0"), socket_timeout=5)


def name_of(token):
    return "sselog:bearer:" + hashlib.sha256(token.key.encode()).hexdigest()


@receiver(post_save, sender=Token)
def publish(instance, **_):
    if instance.user.is_active:
        client.set(name_of(instance), json.dumps({"user_id": instance.user.get_username()}))
    else:
        client.delete(name_of(instance))


@receiver(post_delete, sender=Token)
def withdraw(instance, **_):
    client.delete(name_of(instance))


# Without a sender: a model that stands for the user model (a proxy) is a sender of its own.
@receiver(post_save)
def user_changed(instance, **_):
    if isinstance(instance, get_user_model()):
        for token in Token.objects.filter(user_id=instance.pk).select_related("user"):
            publish(token)


def publish_all():
    for token in Token.objects.select_related("user"):
        publish(token)
