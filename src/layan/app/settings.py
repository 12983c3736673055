"""Django settings, all read from the environment (see docs/operations/settings.md)."""

import os
from pathlib import Path

from csp.constants import NONE, SELF
from django.utils.translation import gettext_lazy as _

from layan.app.installation import BadSetting, Installation, choice, database, flag, names, number, oidc
from layan.app.message_settings import message_settings

INSTALLATION = Installation.from_environment()
DATA_DIR = INSTALLATION.folder
PACKAGE = Path(__file__).resolve().parent.parent

DEBUG = False
DEMONSTRATION = flag("LAYAN_DEMO")
SECRET_KEY = INSTALLATION.secret_key()
ALLOWED_HOSTS = names("LAYAN_HOSTS", "localhost,127.0.0.1,[::1]")
HTTPS = flag("LAYAN_HTTPS")
TRUSTED_PROXY = flag("LAYAN_TRUSTED_PROXY")
#: Address that customers reach this installation at, for the QR on tickets; empty: the host of the request.
PUBLIC_URL = os.environ.get("LAYAN_PUBLIC_URL", "").rstrip("/")
if PUBLIC_URL and not PUBLIC_URL.startswith(("http://", "https://")):
    raise BadSetting("LAYAN_PUBLIC_URL must start with http:// or https://.")
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL] if PUBLIC_URL else []

INSTALLED_APPS = [
    # Before the libraries whose templates they replace.
    "layan.people",
    "layan.app.setup",
    "unfold",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "allauth.mfa",
    "csp",
    "django_htmx",
    "layan.kit",
    "layan.places",
    "layan.queueing",
    "layan.waiting",
    "layan.signage",
    "layan.messaging",
    "layan.app.api",
    # For the files of its documentation page.
    "ninja",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    # What follows is for pages; the API answers here (docs/decisions/0007).
    "layan.app.api.front.ApiFront",
    "csp.middleware.CSPMiddleware",
    "layan.app.setup.policy.AdminPolicyMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "layan.kit.pages.RefusalMiddleware",
]

ROOT_URLCONF = "layan.app.urls"
WSGI_APPLICATION = "layan.app.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": False,
        "DIRS": [],
        "OPTIONS": {
            "loaders": [
                (
                    "django.template.loaders.cached.Loader",
                    [
                        "django.template.loaders.filesystem.Loader",
                        "django.template.loaders.app_directories.Loader",
                    ],
                )
            ],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "django.template.context_processors.i18n",
            ],
        },
    }
]

DATABASES = {"default": database(INSTALLATION)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
CACHES = {
    "default": {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "kit_cache"},
    "local": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"},
}

USE_TZ = True
TIME_ZONE = "UTC"
LANGUAGE_CODE = "ms"
LANGUAGES = [
    ("ms", _("Malay")),
    ("en", _("English")),
    ("zh-hans", _("Chinese")),
    ("ta", _("Tamil")),
]
LOCALE_PATHS = [PACKAGE / "locale"]
USE_I18N = True
LANGUAGE_COOKIE_NAME = "layan_language"
LANGUAGE_COOKIE_SAMESITE = "Lax"

STATIC_URL = "/static/"
WHITENOISE_USE_FINDERS = True
WHITENOISE_MAX_AGE = 3600

AUTH_USER_MODEL = "people.User"
AUTHENTICATION_BACKENDS = [
    "django.contrib.auth.backends.ModelBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/start"
CSRF_FAILURE_VIEW = "layan.people.web.refused_form"

ACCOUNT_ADAPTER = "layan.people.adapters.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_FORMS = {
    "login": "layan.people.forms.LoginForm",
    "change_password": "layan.people.forms.ChangePasswordForm",
    "reauthenticate": "layan.people.forms.ReauthenticateForm",
}
# A whole office signs in from one address within a minute or two of opening; an account is locked all the same.
ACCOUNT_RATE_LIMITS = {"login": "120/m/ip", "login_failed": "30/m/ip,5/300s/key"}
ALLAUTH_TRUSTED_PROXY_COUNT = 1 if TRUSTED_PROXY else 0
MFA_ADAPTER = "layan.people.adapters.MfaAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_TOLERANCE = 1
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = DEMONSTRATION
MFA_FORMS = {
    "authenticate": "layan.people.forms.AuthenticateForm",
    "reauthenticate": "layan.people.forms.ReauthenticateCodeForm",
    "activate_totp": "layan.people.forms.ActivateTotpForm",
    "add_webauthn": "layan.people.forms.AddKeyForm",
    "edit_webauthn": "layan.people.forms.EditKeyForm",
}
SOCIALACCOUNT_ADAPTER = "layan.people.adapters.SocialAccountAdapter"
OIDC = oidc()
SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"APPS": [OIDC.app] if OIDC else []}}
OIDC_ORIGINS = [OIDC.origin] if OIDC else []

SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = HTTPS
SESSION_COOKIE_AGE = 12 * 3600
CSRF_COOKIE_SECURE = HTTPS
SECURE_SSL_REDIRECT = HTTPS
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS
SECURE_HSTS_PRELOAD = HTTPS
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if TRUSTED_PROXY else None
X_FRAME_OPTIONS = "DENY"
DATA_UPLOAD_MAX_MEMORY_SIZE = 1_000_000
FILE_UPLOAD_MAX_MEMORY_SIZE = 1_000_000

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "img-src": [SELF, "data:"],
        "object-src": [NONE],
        "base-uri": [NONE],
        # A browser follows the form of the sign-in page to the agency's own server, where that is used.
        "form-action": [SELF, *OIDC_ORIGINS],
        "frame-ancestors": [NONE],
    }
}

UNFOLD = {
    "SITE_TITLE": "Layan",
    "SITE_HEADER": "Layan",
    "SITE_URL": "/setup/",
    "SITE_FAVICONS": [{"rel": "icon", "type": "image/svg+xml", "href": "/static/kit/layan.svg"}],
    "BORDER_RADIUS": "10px",
    "SHOW_HISTORY": False,
    # The blue of the product's own pages (kit/static/kit/tokens.css) and its neighbours.
    "COLORS": {
        "primary": {
            "50": "#f2f7fe",
            "100": "#eaf2fd",
            "200": "#c7dcf8",
            "300": "#8fb9f1",
            "400": "#4a8ee6",
            "500": "#1f70dc",
            "600": "#0b5fd0",
            "700": "#094fae",
            "800": "#083f8c",
            "900": "#072f69",
            "950": "#051f46",
        }
    },
}

#: Where messages to customers leave; a channel without a setting is not offered.
MESSAGES = message_settings()

STREAM_MAX_CLIENTS = number("LAYAN_STREAM_MAX_CLIENTS", 12_000, least=1)
STREAM_PER_ADDRESS = number("LAYAN_STREAM_PER_ADDRESS", 2_000, least=1)
#: Requests answered at once by one process, and the largest body taken, in bytes.
WEB_THREADS = number("LAYAN_WEB_THREADS", 6, least=1)
MAX_BODY = number("LAYAN_MAX_BODY", 5_000_000, least=1)

LOG_LEVEL = choice("LAYAN_LOG_LEVEL", "warning", "debug", "info", "warning", "error", "critical")
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    # A request that was refused is an answer, not a fault.
    "loggers": {"django.request": {"level": "ERROR"}},
    "root": {"handlers": ["stderr"], "level": LOG_LEVEL.upper()},
}
