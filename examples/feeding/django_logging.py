# SPDX-License-Identifier: MIT
# Django: for settings.py. sselog_handler.py of this folder must be where Python finds it.
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {
        "sselog": {
            "class": "sselog_handler.RedisStreamHandler",
            "url": "redis://127.0.0.1:6379/0",
            "key": "stream:logs:alice",
        },
    },
    "root": {"handlers": ["sselog"], "level": "INFO"},
    # Django gives this logger handlers of its own, for a terminal and for mail.
    "loggers": {"django": {"handlers": ["sselog"], "level": "INFO", "propagate": False}},
}
