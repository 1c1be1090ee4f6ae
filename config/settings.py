"""Settings, read from the environment; a wrong value stops the start and names itself.

Three ways to run: *development* (`DEBUG`, on while nothing that a site needs is set),
the *demo* (`DEMO=1`, production's code on this machine only) and *production*, which
demands SECRET_KEY, SITE_URL and EMAIL_URL. docs/operations.md lists every variable.
"""

from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from csp.constants import NONE, SELF
from django.conf.locale import LANG_INFO

from config import environment as env
from config.logs import logging_for, without_values

BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = BASE_DIR / "var"

# -- How it runs -------------------------------------------------------------------------------------------------------

DEMO = env.flag("DEMO", default=False)
DEBUG = env.flag("DEBUG", default=not DEMO and not env.is_any_given(("SECRET_KEY", "SITE_URL", "ALLOWED_HOSTS")))
_is_production = not (DEBUG or DEMO)
STATIC_ROOT = BASE_DIR / "staticfiles"
if not _is_production:
    VAR_DIR.mkdir(exist_ok=True)
    STATIC_ROOT.mkdir(exist_ok=True)
_local_url = f"http://localhost:{env.number('PORT', 8000, least=1, most=65535)}"

SITE_URL = env.site_url("SITE_URL", None if _is_production else _local_url)
_site = urlsplit(SITE_URL)
_is_https = _site.scheme == "https"
_is_local = env.is_local(_site.hostname or "")
SECRET_KEY = env.secret_key(
    "SECRET_KEY", None if _is_production or not _is_local else "insecure-key-of-this-machine-only"
)
ALLOWED_HOSTS = env.hosts(
    "ALLOWED_HOSTS",
    ["localhost", "127.0.0.1", "[::1]"] if _is_local and not _is_production else [_site.hostname or ""],
)
TRUSTED_PROXIES = env.networks("TRUSTED_PROXIES")

# -- Apps and requests -------------------------------------------------------------------------------------------------

OIDC_SERVER_URL = env.text("OIDC_SERVER_URL")
TASKS_RUN = env.text("TASKS", "immediate", choices=("immediate", "database", "celery"))

INSTALLED_APPS = [
    "config",
    "community",
    "clusters",
    "results",
    "factsheets",
    "config.admin_site.RegistryAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.forms",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    # Its addresses answer 404 until a provider is set; it has no tables.
    "allauth.socialaccount.providers.openid_connect",
    "allauth.usersessions",
    "crispy_forms",
    "crispy_bootstrap5",
    "csp",
    "django_filters",
    "django_htmx",
    "django_tasks",
    *(["django_tasks_db"] if TASKS_RUN == "database" else []),
]
MIDDLEWARE = [
    # The first ones see every answer, errors and redirects of the others included.
    "config.middleware.RequestLog",
    "config.middleware.AnswerHeaders",
    "config.middleware.HeadOnly",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "csp.middleware.CSPMiddleware",
    "config.middleware.TrustedProxies",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "config.middleware.OpenSite",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    # Sign-in is the default; a public view says so with @login_not_required.
    "config.middleware.SignInFirst",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "allauth.usersessions.middleware.UserSessionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "config.second_factor.SecondFactor",
    "config.middleware.ButtonAddress",
    "config.middleware.CountAnew",
    "config.middleware.AwayStore",
]
ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "community.context_processors.page",
            ],
        },
    }
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"
CRISPY_ALLOWED_TEMPLATE_PACKS = "bootstrap5"
CRISPY_TEMPLATE_PACK = "bootstrap5"
CRISPY_FAIL_SILENTLY = False

# -- Data --------------------------------------------------------------------------------------------------------------

DATABASES: dict[str, dict[str, Any]] = {
    "default": env.database("DATABASE_URL", f"sqlite:///{VAR_DIR / 'registry.sqlite3'}")
}
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
    }
else:
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
# A new connection a request would cost as much as the queries of a page.
DATABASES["default"]["CONN_MAX_AGE"] = 60
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

REDIS_URL = env.text("REDIS_URL")
CACHES: dict[str, dict[str, Any]]
if REDIS_URL:
    env.split_address("REDIS_URL", REDIS_URL, ("redis", "rediss", "unix"), secret=True)
    CACHES = {"default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": REDIS_URL}}
else:
    CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "OPTIONS": {"MAX_ENTRIES": 5000}}}

_task_backends = {
    "immediate": "django_tasks.backends.immediate.ImmediateBackend",
    "database": "django_tasks_db.DatabaseBackend",
    "celery": "config.celery.CeleryBackend",
}
TASKS = {"default": {"BACKEND": _task_backends[TASKS_RUN]}}
BROKER_URL = env.broker("BROKER_URL", is_wanted=TASKS_RUN == "celery")
# Sites that share a broker have queues of different names.
BROKER_QUEUE = env.text("BROKER_QUEUE", "registry")
# A worker that is silent for so long is taken for dead, and another one does its work.
JOB_LEASE_SECONDS = env.number("JOB_LEASE_SECONDS", 600, least=1, most=86_400)

# Uploaded files have no address of their own: a view hands them out to those who may see them.
# In a folder, or (STORAGE_DIR is None) in an S3-compatible store.
_bucket = env.bucket("STORAGE_URL")
STORAGE_DIR: Path | None = None if _bucket else env.folder("STORAGE_URL", VAR_DIR / "files")
MAX_UPLOAD_MB = env.number("MAX_UPLOAD_MB", 20, least=1, most=1000)
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2000
STATIC_URL = "/static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
WHITENOISE_USE_FINDERS = not _is_production
_folder = {
    "location": STORAGE_DIR,
    "base_url": None,
    "file_permissions_mode": 0o600,
    "directory_permissions_mode": 0o700,
}
STORAGES: dict[str, dict[str, Any]] = {
    "default": {"BACKEND": "config.object_storage.ObjectStorage", "OPTIONS": _bucket}
    if _bucket
    else {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": _folder},
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if _is_production
        else "django.contrib.staticfiles.storage.StaticFilesStorage",
    },
}

# -- Mail and log ------------------------------------------------------------------------------------------------------

_mail = env.email("EMAIL_URL", None if _is_production else f"filemail:///{VAR_DIR / 'outbox'}")
EMAIL_BACKEND = _mail["EMAIL_BACKEND"]
EMAIL_FILE_PATH = _mail.get("EMAIL_FILE_PATH")
EMAIL_HOST = _mail.get("EMAIL_HOST", "")
EMAIL_PORT = _mail.get("EMAIL_PORT", 25)
EMAIL_HOST_USER = _mail.get("EMAIL_HOST_USER", "")
EMAIL_HOST_PASSWORD = _mail.get("EMAIL_HOST_PASSWORD", "")
EMAIL_USE_TLS = _mail.get("EMAIL_USE_TLS", False)
EMAIL_USE_SSL = _mail.get("EMAIL_USE_SSL", False)
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = env.mail_address(
    "DEFAULT_FROM_EMAIL", "registry@demo.example" if _is_local else f"registry@{_site.hostname}"
)
SERVER_EMAIL = DEFAULT_FROM_EMAIL
LOG_FORMAT = env.text("LOG_FORMAT", "plain" if DEBUG else "json", choices=("plain", "json"))
LOGGING = logging_for(LOG_FORMAT)

SENTRY_DSN = env.text("SENTRY_DSN")
if SENTRY_DSN:
    if find_spec("sentry_sdk") is None:
        raise env.WrongSetting("SENTRY_DSN", SENTRY_DSN, "needs the package sentry-sdk.", secret=True)
    import sentry_sdk

    sentry_sdk.init(
        dsn=SENTRY_DSN,
        send_default_pii=False,
        include_local_variables=False,
        max_request_body_size="never",
        max_breadcrumbs=0,
        before_send=without_values,
    )

# -- Language and time -------------------------------------------------------------------------------------------------

_codes = env.words("LANGUAGES", ["en"], choices=LANG_INFO.keys())
if "en" not in _codes:
    raise env.WrongSetting("LANGUAGES", ",".join(_codes), "must include en.")
# Pages and mails speak the languages in which all of them are translated. Texts of people, and documents, may be in
# more: a page half in French because a document has French words would be worse than an English one.
PAGE_LANGUAGES = ("en",)
LANGUAGES = [(code, LANG_INFO[code]["name_local"]) for code in _codes if code in PAGE_LANGUAGES]
TEXT_LANGUAGES = _codes
# Issued documents have own words in these: the catalogues of locale/ hold what documents show, and nothing else.
DOCUMENT_LANGUAGES = ("en", "fr", "it", "es", "el", "hr", "sl", "pt", "bg")
LANGUAGE_CODE = "en"
# Days in the words of the site where Django writes them, as in the administration.
FORMAT_MODULE_PATH = "config.formats"
LANGUAGE_COOKIE_SAMESITE = "Lax"
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_TZ = True
TIME_ZONE = env.time_zone("TIME_ZONE", "Europe/Athens")

# -- Security ----------------------------------------------------------------------------------------------------------

SECURE_SSL_REDIRECT = _is_https
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if _is_https else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = _is_https
SECURE_HSTS_PRELOAD = _is_https
SECURE_REFERRER_POLICY = "same-origin"
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if TRUSTED_PROXIES else None
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = _is_https
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "config.kept.form_expired"
CSRF_TRUSTED_ORIGINS = [SITE_URL] if _is_https else []
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "base-uri": [NONE],
        "form-action": [SELF, *([f"https://{urlsplit(OIDC_SERVER_URL).netloc}"] if OIDC_SERVER_URL else [])],
        "frame-ancestors": [NONE],
        "object-src": [NONE],
    }
}

# -- Accounts ----------------------------------------------------------------------------------------------------------

AUTH_USER_MODEL = "community.User"
AUTHENTICATION_BACKENDS = ["community.backends.AccountBackend"]
AUTH_PASSWORD_VALIDATORS: list[dict[str, Any]] = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/desk/"
ACCOUNT_LOGOUT_REDIRECT_URL = "/"
ACCOUNT_ADAPTER = "community.adapters.AccountAdapter"
SOCIALACCOUNT_ADAPTER = "community.adapters.SocialAccountAdapter"
ACCOUNT_FORMS = {
    "login": "community.forms.account.LoginForm",
    "add_email": "community.forms.account.AddEmailForm",
    "change_password": "community.forms.account.ChangePasswordForm",
    "set_password": "community.forms.account.SetPasswordForm",
    "reset_password": "community.forms.account.ResetPasswordForm",
    "reset_password_from_key": "community.forms.account.ResetPasswordKeyForm",
    "request_login_code": "community.forms.account.RequestLoginCodeForm",
}
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
# An account begins with a link sent to its address, which is the proof; a changed address is proven by allauth.
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_CHANGE_EMAIL = True
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_PREVENT_ENUMERATION = True
# For accounts that never chose a password (`community.forms.account`); the code comes through the outbox.
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
ACCOUNT_LOGIN_BY_CODE_TIMEOUT = 15 * 60
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = False
ACCOUNT_SESSION_REMEMBER = None
ACCOUNT_DEFAULT_HTTP_PROTOCOL = _site.scheme
# Who guesses is stopped by the client's address first, then by the account, whose owner a stranger must not lock out:
# the `password` rows are those of `community.sign_in_limits`; docs/decisions/0230 says why.
ACCOUNT_RATE_LIMITS = {
    "password": "10/m/ip",
    "password_known": "50/h/key",  # an account, from an address where it is signed in: for each such address
    "password_strange": "50/h/key",  # an account, from all other addresses together; then
    "password_late": "1/h/key",  # from each of them one try an hour
    "login_failed": "10/m/ip,50/h/key",  # codes of a second factor, which come after the right password
    # Mails to get in: to an account, from each address where it is signed in, and from all others together.
    "password_mail": "10/m/ip,3/m/key,20/h/key",
    "code_mail": "10/m/ip,3/m/key,20/h/key",
    "reset_password": "10/m/ip",
    "request_login_code": "10/m/ip",
    # Questions from outside to the contact of a solution: docs/decisions/0232.
    "enquiry": "10/h/ip,30/d/ip",
    # Many factsheets at once are long answers: `factsheets.views.several`.
    "factsheets_zip": "20/m/ip",
}
MFA_FORMS = {"add_webauthn": "community.forms.account.AddKeyForm"}
MFA_ADAPTER = "community.adapters.FactorAdapter"
# Nobody signs up with the address of somebody else here, so an address that an administrator typed and nobody has
# confirmed yet is no reason to keep a person from a factor that they must have.
MFA_ALLOW_UNVERIFIED_EMAIL = True
MFA_RECOVERY_CODES_SHOW_ONCE = True
# A telephone's clock may be half a minute off.
MFA_TOTP_TOLERANCE = 1
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not _is_https
MFA_TOTP_ISSUER = "Cluster Registry"
MFA_REQUIRED = env.text("MFA_REQUIRED", "nobody", choices=("nobody", "administrators", "coordinators", "everybody"))
USERSESSIONS_TRACK_ACTIVITY = False
SOCIALACCOUNT_STORE_TOKENS = False
# From the first sign-in on the other site's identifier leads to the account, whatever becomes of the address there.
SOCIALACCOUNT_EMAIL_AUTHENTICATION_AUTO_CONNECT = True
SOCIALACCOUNT_PROVIDERS: dict[str, Any] = {}
if OIDC_SERVER_URL:
    env.split_address("OIDC_SERVER_URL", OIDC_SERVER_URL, ("https",))
    _missing = next((name for name in ("OIDC_CLIENT_ID", "OIDC_CLIENT_SECRET") if env.given(name) is None), None)
    if _missing:
        raise env.WrongSetting(_missing, None, "OIDC_SERVER_URL needs it.")
    SOCIALACCOUNT_PROVIDERS["openid_connect"] = {
        "OAUTH_PKCE_ENABLED": True,
        "APPS": [
            {
                "provider_id": "oidc",
                "name": env.text("OIDC_NAME", "EU Login"),
                "client_id": env.text("OIDC_CLIENT_ID"),
                "secret": env.text("OIDC_CLIENT_SECRET"),
                "settings": {"server_url": OIDC_SERVER_URL},
            }
        ],
    }

# -- The registry's own ------------------------------------------------------------------------------------------------

PROGRAMME_NAME = env.text("PROGRAMME_NAME", "Interreg Euro-MED")
TP_LABEL = env.text("TP_LABEL", "Transfer project")
LEAD_ROLES = env.words("LEAD_ROLES", ["LP", "PP"], choices=("LP", "PP", "AP"))
LEAD_AFTER_END_MONTHS = env.number("LEAD_AFTER_END_MONTHS", 12, least=0, most=120)
DATA_RETENTION_YEARS = env.number("DATA_RETENTION_YEARS", 5, least=5, most=100)
# What was taken out of sight and never was evidence is deleted for good so many days later.
REMOVED_FILE_DAYS = env.number("REMOVED_FILE_DAYS", 365, least=1, most=3650)
# Who asked to be erased is, so many days later at the latest; they may take it back until then.
ERASURE_DAYS = env.number("ERASURE_DAYS", 30, least=1, most=30)
# Who was entered by somebody else is told so within so many days (Art. 14 of the GDPR: a month at most).
NOTICE_DAYS = env.number("NOTICE_DAYS", 14, least=2, most=30)
# What the record of processing says of who answers for it, in their own words; and the basis that they state.
CONTROLLER = env.text("CONTROLLER")
DATA_PROTECTION_OFFICER = env.text("DATA_PROTECTION_OFFICER")
PROCESSING_BASIS = env.text("PROCESSING_BASIS", choices=("public_task", "contract"))
# Opaque ids of erased persons. It stands outside of what `backup` holds, so that a restored backup can replay it.
ERASURE_LEDGER = env.file_apart(
    "ERASURE_LEDGER", VAR_DIR / "erasures.ledger", outside=STORAGE_DIR, is_strict=_is_production
)
