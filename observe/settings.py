"""Django's settings, read from the environment (README.md, "Configuration").

`weir serve` turns its flags into the same variables before this module is loaded, so
there is one source of truth in every process.
"""

from __future__ import annotations

import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any, cast

from django.utils.functional import SimpleLazyObject

from observe import database_url, env, secret_key
from proxy.exchange import Capture

# --- Weir's own -------------------------------------------------------------------
WEIR_HOST = env.text("WEIR_HOST", "127.0.0.1")
WEIR_PORT = env.integer("WEIR_PORT", 8080, low=0, high=65535)
WEIR_DATA_DIR = Path(env.text("WEIR_DATA_DIR", "weir-data")).absolute()
WEIR_UPSTREAM_URL = env.url("WEIR_UPSTREAM_URL")
WEIR_LIST_MODELS = env.flag("WEIR_LIST_MODELS", False)
WEIR_NOT_FOUND = env.url("WEIR_NOT_FOUND")
WEIR_CAPTURE = env.choice("WEIR_CAPTURE", "full", tuple(Capture))
WEIR_CAPTURE_UNKNOWN = env.choice(
    "WEIR_CAPTURE_UNKNOWN",
    "calls",
    ("calls", "all", "none"),
    # It was a flag.
    dict.fromkeys(env.TRUE, "all") | dict.fromkeys(env.FALSE, "calls"),
)
WEIR_RAW_FILES = env.flag("WEIR_RAW_FILES")
WEIR_RAW_FILES_LIMIT = env.integer(
    "WEIR_RAW_FILES_LIMIT", 1024**3, low=1024**2, high=1024**5
)
WEIR_GUESS_PROVIDER = env.flag("WEIR_GUESS_PROVIDER", True)
WEIR_MODELS_FILE = env.text("WEIR_MODELS_FILE")
WEIR_MODELS_JSON = env.text("WEIR_MODELS_JSON")
WEIR_DEFAULT_FIXES = env.text("WEIR_DEFAULT_FIXES")
WEIR_WORKERS = env.integer("WEIR_WORKERS", 1, low=1, high=64)
WEIR_LOG_LEVEL = env.choice(
    "WEIR_LOG_LEVEL", "info", ("debug", "info", "warning", "error")
)
WEIR_CAPTURE_LIMIT = env.integer(
    "WEIR_CAPTURE_LIMIT", 32 * 1024 * 1024, low=0, high=1024**3
)
WEIR_CONNECT_TIMEOUT = env.number("WEIR_CONNECT_TIMEOUT", 10, low=0.1, high=600)
WEIR_READ_TIMEOUT = env.number("WEIR_READ_TIMEOUT", 600, low=0.1, high=86_400)
WEIR_GRACE = env.number("WEIR_GRACE", 10, low=0, high=3600)
WEIR_QUIET = env.flag("WEIR_QUIET")
WEIR_TOKEN = env.text("WEIR_TOKEN")
WEIR_ALLOWED_HOSTS = env.hosts("WEIR_ALLOWED_HOSTS")
WEIR_PROMETHEUS_URL = env.text("WEIR_PROMETHEUS_URL", "")
WEIR_ALLOWED_ORIGINS = env.origins("WEIR_ALLOWED_ORIGINS")
WEIR_TRUSTED_ORIGINS = env.origins("WEIR_TRUSTED_ORIGINS")
WEIR_FORWARDED_PROTO = env.flag("WEIR_FORWARDED_PROTO")
WEIR_PROXY_HOSTS = env.hosts("WEIR_PROXY_HOSTS", with_scheme=True)
WEIR_RETENTION = env.age("WEIR_RETENTION")
WEIR_BODY_RETENTION = env.age("WEIR_BODY_RETENTION")
WEIR_RETENTION_KEEP_RUNS = env.flag("WEIR_RETENTION_KEEP_RUNS")
WEIR_TEXT_INDEX = env.flag("WEIR_TEXT_INDEX", True)
WEIR_EXPERIMENTS_DIR = env.text("WEIR_EXPERIMENTS_DIR", "experiments")
WEIR_ALERT_EVERY = env.number("WEIR_ALERT_EVERY", 15, low=0.2, high=3600)
WEIR_ALERT_SECRET = env.text("WEIR_ALERT_SECRET")
WEIR_ALERT_HOSTS = env.hosts("WEIR_ALERT_HOSTS")
WEIR_ALERT_COMMAND = env.text("WEIR_ALERT_COMMAND")
REDIS_URL = env.redis_url("REDIS_URL")

WEIR_JOURNAL_DIR = WEIR_DATA_DIR / "journal"
WEIR_RAW_DIR = WEIR_DATA_DIR / "raw"

# --- Django -----------------------------------------------------------------------
# Read when it is first used.
SECRET_KEY = cast(
    str, SimpleLazyObject(lambda: secret_key.read_or_make(WEIR_DATA_DIR / "secret-key"))
)
DEBUG = env.flag("WEIR_DEBUG")
ALLOWED_HOSTS = ["*"]  # observe/access.py decides by bind address, with a clear page
ROOT_URLCONF = "observe.urls"
ASGI_APPLICATION = "observe.asgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
USE_TZ = True
TIME_ZONE = "UTC"
LANGUAGE_CODE = "en-us"
USE_I18N = False
FORMAT_MODULE_PATH = "observe.dates"

INSTALLED_APPS = [
    # daphne replaces `runserver`; it pulls in Twisted, which nothing else needs.
    *(["daphne"] if "runserver" in sys.argv else []),
    "observe",
    "proxy",
    "runs",
    "pricing",
    # Its pages are found by observe/urls.py: recorder and commands show none, and start
    # in half the time without them. `ninja` is left out for the same reason.
    "django.contrib.admin.apps.SimpleAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django_htmx",
    "channels",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "observe.pages.transfer.CompressionMiddleware",
    "django.middleware.http.ConditionalGetMiddleware",
    "observe.content_security.ContentSecurityMiddleware",
    "observe.pages.transfer.StaticMiddleware",
    "observe.pages.transfer.KeepingMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "observe.preferences.TimeZoneMiddleware",
    "observe.access.AccessMiddleware",
    "observe.pages.health.HealthMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "observe.pages.errors.ApiErrorPages",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        # observe/templates is a link to the templates/ at the top, and a folder in a
        # wheel: found the same way in both.
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "observe.pages.frame.context",
            ],
        },
    }
]

_postgres = database_url.postgres()
DATABASES: dict[str, dict[str, Any]] = {
    "default": {
        "ENGINE": "django.db.backends.postgresql",
        **_postgres,
        # Each request under ASGI has a thread of its own: a connection that outlived it
        # would never be used again. The recorder keeps its one all the same.
        "CONN_MAX_AGE": 0,
    }
    if _postgres
    else {
        "ENGINE": "observe.sqlite",
        "NAME": WEIR_DATA_DIR / "weir.sqlite3",
        # A file even in tests: the server under test is another process.
        "TEST": {"NAME": WEIR_DATA_DIR / "test.sqlite3"},
        "CONN_MAX_AGE": 0,
        "OPTIONS": {
            "timeout": 5,
            "transaction_mode": "IMMEDIATE",
            "init_command": (
                "PRAGMA journal_mode=WAL;"
                "PRAGMA synchronous=NORMAL;"
                "PRAGMA cache_size=-8000;"
                "PRAGMA journal_size_limit=67108864;"
            ),
        },
    }
}

CHANNEL_LAYERS = {
    "default": {
        "BACKEND": "channels_redis.core.RedisChannelLayer",
        "CONFIG": {"hosts": [REDIS_URL]},
    }
    if REDIS_URL
    else {"BACKEND": "channels.layers.InMemoryChannelLayer"}
}

STATIC_URL = "/static/"
_ninja = find_spec("ninja")
STATICFILES_DIRS = [
    ("ninja", Path(place, "static", "ninja"))
    for place in (_ninja and _ninja.submodule_search_locations) or ()
]
WHITENOISE_USE_FINDERS = True
WHITENOISE_MAX_AGE = 3600

LOGIN_URL = "/login"
LOGIN_REDIRECT_URL = "/requests"
LOGOUT_REDIRECT_URL = "/login"
CSRF_FAILURE_VIEW = "observe.pages.errors.csrf_failure"
SESSION_COOKIE_NAME = "weir_session"
CSRF_COOKIE_NAME = "weir_csrf"
SESSION_COOKIE_SAMESITE = "Lax"
# People come over TLS, by a load balancer that takes it off: browsers are then told to
# send the cookies in no other way.
SECURE_PROXY_SSL_HEADER = (
    ("HTTP_X_FORWARDED_PROTO", "https") if WEIR_FORWARDED_PROTO else None
)
CSRF_TRUSTED_ORIGINS = list(WEIR_TRUSTED_ORIGINS)
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = WEIR_FORWARDED_PROTO or any(
    origin.startswith("https://") for origin in WEIR_TRUSTED_ORIGINS
)
SECURE_REFERRER_POLICY = "same-origin"
# No body is larger (observe/body_door.py), and none is written to the disk.
DATA_UPLOAD_MAX_MEMORY_SIZE = FILE_UPLOAD_MAX_MEMORY_SIZE = 10 * 1024 * 1024

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {"format": "%(asctime)s %(levelname)s %(name)s: %(message)s"}
    },
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": WEIR_LOG_LEVEL.upper()},
    "loggers": {
        "httpx": {"level": "WARNING"},
        "django.request": {"level": "ERROR"},
        # Any stranger can send a Host that is none: an answer, no traceback each time.
        "django.security.DisallowedHost": {"level": "CRITICAL"},
        "asyncio": {"level": "WARNING"},
    },
}
