"""All settings. Each comes from the environment and has a default that works without any server.

Without DATABASE_URL and REDIS_URL the portal is *embedded*: SQLite, a broker made of files, a cache of files and an
outbox of files, all below VAR_DIR. docs/operators/settings.md lists every variable.
"""

import datetime
from pathlib import Path

from celery.schedules import crontab
from csp.constants import NONE, SELF
from django.utils.translation import gettext_lazy as _
from environ import Env
from whitenoise.compress import Compressor

from config.environment import folder, stored_secret
from config.logs import configure

env = Env()

BASE_DIR = Path(__file__).resolve().parent.parent
# Everything that the portal writes in embedded mode.
VAR_DIR = folder(Path(env.str("VAR_DIR", default=str(BASE_DIR / "var"))).resolve())

DATABASE_URL = env.str("DATABASE_URL", default="")
REDIS_URL = env.str("REDIS_URL", default="")

# --- Core -------------------------------------------------------------------------------------------------------------

DEBUG = env.bool("DEBUG", default=False)
# Signs sessions and links. Several machines must share one, so give it there; one machine keeps its own in a file.
SECRET_KEY = env.str("SECRET_KEY", default="") or stored_secret(VAR_DIR / "secret_key")
# Keys that were in use before; what they signed stays valid until it runs out.
SECRET_KEY_FALLBACKS = env.list("SECRET_KEY_FALLBACKS", default=[])
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])
ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
# Indexes that cover more columns serve PostgreSQL; SQLite makes plain ones of them, which is all right.
SILENCED_SYSTEM_CHECKS = ["models.W040"]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

INSTALLED_APPS = [
    "modeltranslation",  # before the admin, whose forms it extends
    "config.apps.PortalConfig",
    "members.apps.MembersConfig",
    "config.apps.StaffAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.humanize",
    "whitenoise.runserver_nostatic",  # before staticfiles, so that runserver serves as production does
    "django.contrib.staticfiles",
    "django.forms",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "axes",
    "csp",
    "django_celery_beat",
    "django_filters",
    "django_htmx",
    "django_structlog",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "rest_framework",
    "rest_framework_api_key",
    "simple_history",
]

MIDDLEWARE = [
    "config.health.HealthMiddleware",  # first: probes need neither a host name nor HTTPS nor a log line
    "django_structlog.middlewares.RequestMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django_permissions_policy.PermissionsPolicyMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "simple_history.middleware.HistoryRequestMiddleware",  # who changed it
    "members.middleware.MemberLanguageMiddleware",  # after the user is known: a member's own language and time zone win
    "members.devices.SignOutMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "config.staff_mfa.StaffSecondFactorMiddleware",
    "axes.middleware.AxesMiddleware",  # last: it answers for a sign-in that the backends refused
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "config.context.programme",
            ],
        },
    },
]
# Form widgets come from templates/ too, so that they can be ours.
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

# --- Programme --------------------------------------------------------------------------------------------------------

PROGRAMME_NAME = env.str("PROGRAMME_NAME", default="Regulars")
# "#rrggbb" of buttons, links and marks, in place of persimmon; made darker or brighter until it can be read.
PROGRAMME_COLOUR = env.str("PROGRAMME_COLOUR", default="")
# Paths of picture files (SVG, PNG or WebP) beside the name, and the one for dark pages.
PROGRAMME_LOGO = env.str("PROGRAMME_LOGO", default="")
PROGRAMME_LOGO_DARK = env.str("PROGRAMME_LOGO_DARK", default="")
# Path of the square PNG that stands for the portal among a phone's apps, 512 pixels wide; else the mark in the colour.
PROGRAMME_APP_ICON = env.str("PROGRAMME_APP_ICON", default="")
# Whose midnight a day of the programme starts and ends at.
PROGRAMME_TIME_ZONE = env.str("PROGRAMME_TIME_ZONE", default="Asia/Shanghai")
# ISO 4217. Never change it once purchases are recorded: amounts are stored in its minor units.
PROGRAMME_CURRENCY = env.str("PROGRAMME_CURRENCY", default="CNY").upper()
# Digits after the decimal point where they are not two (ISO 4217).
_EXPONENTS = dict.fromkeys(
    ["BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "VND", "VUV", "XAF", "XOF", "XPF"], 0
) | dict.fromkeys(["BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"], 3)
PROGRAMME_CURRENCY_EXPONENT = _EXPONENTS.get(PROGRAMME_CURRENCY, 2)
# Where a phone number without a country code is from (ISO 3166).
PROGRAMME_PHONE_REGION = env.str("PROGRAMME_PHONE_REGION", default="CN").upper()
# How long points of a purchase stay pending: the return window. 14 is advised where goods can be brought back.
PENDING_DAYS = env.int("PENDING_DAYS", default=0)
# Points of a cancelled redemption whose lot expired meanwhile live again for this many days.
PROGRAMME_REINSTATEMENT_DAYS = env.int("PROGRAMME_REINSTATEMENT_DAYS", default=30)
# How many points a member may give away.
PROGRAMME_GIFT_POINTS_PER_DAY = env.int("PROGRAMME_GIFT_POINTS_PER_DAY", default=1_000)
PROGRAMME_GIFT_POINTS_PER_MONTH = env.int("PROGRAMME_GIFT_POINTS_PER_MONTH", default=5_000)
# An adjustment of more points than this needs a second person.
ADJUSTMENT_APPROVAL_LIMIT = env.int("ADJUSTMENT_APPROVAL_LIMIT", default=500)
# How long members keep what they were told after reading it, and what they never read.
NOTIFICATION_RETENTION_DAYS = env.int("NOTIFICATION_RETENTION_DAYS", default=90)
NOTIFICATION_UNREAD_RETENTION_DAYS = env.int("NOTIFICATION_UNREAD_RETENTION_DAYS", default=365)
# How long domain events are kept after they were delivered.
EVENT_RETENTION_DAYS = env.int("EVENT_RETENTION_DAYS", default=90)
SUPPORT_EMAIL = env.str("SUPPORT_EMAIL", default="support@regulars.example")

# --- Languages and time -----------------------------------------------------------------------------------------------

LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English")), ("zh-hans", _("Simplified Chinese")), ("zh-hant", _("Traditional Chinese"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
# How Chinese writes days and thousands, where Django's own formats fall short.
FORMAT_MODULE_PATH = ["config.formats"]
USE_TZ = True
TIME_ZONE = PROGRAMME_TIME_ZONE
# Texts that staff write (tiers, benefits, rules): the two Chinese scripts stand in for each other, then English.
MODELTRANSLATION_DEFAULT_LANGUAGE = "en"
MODELTRANSLATION_FALLBACK_LANGUAGES = {
    "default": ("en",),
    "zh-hans": ("zh-hant", "en"),
    "zh-hant": ("zh-hans", "en"),
}

# --- Database ---------------------------------------------------------------------------------------------------------

if DATABASE_URL:
    DATABASES = {"default": env.db_url_config(DATABASE_URL)}
else:
    DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": str(VAR_DIR / "regulars.sqlite3")}}

_database = DATABASES["default"]
if _database["ENGINE"] == "django.db.backends.postgresql":
    # A request that waits for a row longer than this is told to come back (409), rather than holding a worker.
    _lock_timeout = env.int("DATABASE_LOCK_TIMEOUT_MS", default=3_000)
    _database.setdefault("OPTIONS", {}).setdefault(
        "options",
        f"-c lock_timeout={_lock_timeout} -c default_transaction_isolation=read\\ committed "
        # The hot statements ask for rows by key: a plan made once serves every till, planning each time costs more.
        "-c plan_cache_mode=force_generic_plan -c jit=off",
    )
    # The hot statements ask to be prepared (members/engines/postgresql.py); Django's own cursors never are.
    _database["OPTIONS"].setdefault("prepare_threshold", 0)
    # Connections kept open by each process; 0 opens one a request, which is right behind PgBouncer.
    _pool_size = env.int("DATABASE_POOL_SIZE", default=10)
    if _pool_size:
        _database["OPTIONS"]["pool"] = {"min_size": 1, "max_size": _pool_size, "timeout": 10}
    # A transaction pooler hands each statement to whichever connection is free: no server-side cursors there.
    _database["DISABLE_SERVER_SIDE_CURSORS"] = env.bool("DATABASE_BEHIND_TRANSACTION_POOLER", default=False)
else:
    _database["OPTIONS"] = {
        # Takes the write lock at BEGIN, where waiting is possible. SQLite refuses at once to turn a read into a write.
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        # Readers go on while one writes; a power cut may lose the last commits but never breaks the file.
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
    }

# --- Cache ------------------------------------------------------------------------------------------------------------

if CACHE_URL := env.str("CACHE_URL", default="") or REDIS_URL:
    CACHES = {"default": env.cache_url_config(CACHE_URL)}
else:
    # Rate limits must hold across processes, so memory will not do; a table would take SQLite's one write lock for
    # every count. Files do neither.
    CACHES = {
        "default": {
            "BACKEND": "django.core.cache.backends.filebased.FileBasedCache",
            "LOCATION": str(folder(VAR_DIR / "cache")),
        }
    }
CACHES["default"]["KEY_PREFIX"] = "regulars"

# --- Files ------------------------------------------------------------------------------------------------------------

STATIC_URL = "static/"
STATIC_ROOT = folder(Path(env.str("STATIC_ROOT", default=str(VAR_DIR / "static"))))
STATICFILES_DIRS = [BASE_DIR / "static"]
# With hashed names and compressed copies once `collectstatic` has run; straight from the source folders before that.
STATIC_COLLECTED = env.bool("STATIC_COLLECTED", default=not DEBUG and (STATIC_ROOT / "staticfiles.json").exists())
WHITENOISE_USE_FINDERS = not STATIC_COLLECTED
WHITENOISE_AUTOREFRESH = DEBUG
# A picture that a template names but nobody drew is a missing picture, not a page that fails.
WHITENOISE_MANIFEST_STRICT = False
# Nobody asks for the plain names or for packed source maps, and packing them took most of the time of collectstatic.
WHITENOISE_KEEP_ONLY_HASHED_FILES = True
WHITENOISE_SKIP_COMPRESS_EXTENSIONS = [*Compressor.SKIP_COMPRESS_EXTENSIONS, "map", "txt", "ttf", "eot"]
MEDIA_URL = "media/"
MEDIA_ROOT = VAR_DIR / "media"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    # Uploaded purchase files and their rejects: members' data, so no address on the web leads here.
    "private": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {
            "location": str(VAR_DIR / "private"),
            "file_permissions_mode": 0o600,
            "directory_permissions_mode": 0o700,
        },
    },
    "staticfiles": {
        "BACKEND": (
            "whitenoise.storage.CompressedManifestStaticFilesStorage"
            if STATIC_COLLECTED
            else "django.contrib.staticfiles.storage.StaticFilesStorage"
        )
    },
}

# --- Mail -------------------------------------------------------------------------------------------------------------

if EMAIL_URL := env.str("EMAIL_URL", default=""):
    vars().update(env.email_url_config(EMAIL_URL))
else:
    # The outbox of embedded mode: one file a message, nothing leaves the machine.
    EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    EMAIL_FILE_PATH = str(folder(VAR_DIR / "outbox"))
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default=f"{PROGRAMME_NAME} <{SUPPORT_EMAIL}>")
SERVER_EMAIL = SUPPORT_EMAIL

# Who sends text messages: a dotted path to a callable like the default's, which keeps them in the admin's list.
TEXT_MESSAGE_BACKEND = env.str("TEXT_MESSAGE_BACKEND", default="members.text_messages.keep_in_outbox")
# Codes that prove a phone: how many a user may ask for in an hour, and how many one number is sent in a day.
PHONE_CODES_PER_USER_AND_HOUR = env.int("PHONE_CODES_PER_USER_AND_HOUR", default=5)
PHONE_CODES_PER_PHONE_AND_DAY = env.int("PHONE_CODES_PER_PHONE_AND_DAY", default=5)

# --- Signing in -------------------------------------------------------------------------------------------------------

AUTH_USER_MODEL = "members.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",  # first: refuses whoever is locked out before a password is looked at
    "django.contrib.auth.backends.ModelBackend",  # staff permissions
    "allauth.account.auth_backends.AuthenticationBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_ADAPTER = "members.adapters.AccountAdapter"
# How many proxies stand in front, each adding to X-Forwarded-For; 0 believes no such header.
TRUSTED_PROXY_COUNT = env.int("TRUSTED_PROXY_COUNT", default=0)
ALLAUTH_TRUSTED_PROXY_COUNT = TRUSTED_PROXY_COUNT

ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
# Adds the name: three fields in all.
ACCOUNT_SIGNUP_FORM_CLASS = "members.joining.JoinForm"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_UNIQUE_EMAIL = True
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
# A code is typed where one joins: it works when mail is read on another device, and no link teaches to click links.
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_LOGOUT_REDIRECT_URL = LOGIN_URL
ACCOUNT_SESSION_REMEMBER = None
# Guards of the forms, counted in the cache and not exact under load; django-axes below is the exact one. 100 tries an
# hour at one email: guessing from many addresses leads nowhere, and from one address nobody gets there.
ACCOUNT_RATE_LIMITS = {"login_failed": "20/m/ip,100/h/key", "signup": "20/m/ip", "reset_password": "20/m/ip,5/m/key"}
# Whether the sign-in page names the demo's people and fills the form in for them. On in `make run` alone; without the
# demo's people in the database it shows nothing.
DEMO_SIGN_INS = env.bool("DEMO_SIGN_INS", default=False)
ACCOUNT_FORMS = {"login": "members.demo.sign_in_form.DemoLoginForm"} if DEMO_SIGN_INS else {}
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes", "webauthn"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_ISSUER = PROGRAMME_NAME
# Whether staff need a second factor before any staff page opens. Off only where the data are made up, as in `make run`.
STAFF_MFA_REQUIRED = env.bool("STAFF_MFA_REQUIRED", default=True)

AXES_FAILURE_LIMIT = 10
AXES_COOLOFF_TIME = datetime.timedelta(minutes=15)
# A stranger must not be able to lock a member out from elsewhere.
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_USERNAME_CALLABLE = "config.sign_in.attempted_email"
AXES_RESET_ON_SUCCESS = True
AXES_LOCKOUT_TEMPLATE = "account/locked.html"
AXES_IPWARE_PROXY_COUNT = TRUSTED_PROXY_COUNT or None
# Who signed in from where is personal data that nothing here needs.
AXES_DISABLE_ACCESS_LOG = True

SESSION_ENGINE = f"django.contrib.sessions.backends.{'cached_db' if REDIS_URL else 'db'}"
SESSION_COOKIE_AGE = 60 * 60 * 24 * 30
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SAMESITE = "Lax"
LANGUAGE_COOKIE_SAMESITE = "Lax"
LANGUAGE_COOKIE_AGE = 60 * 60 * 24 * 365

# --- Security headers -------------------------------------------------------------------------------------------------

# True where people reach the portal by https: secure cookies, redirects and HSTS.
HTTPS = env.bool("HTTPS", default=False)
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = HTTPS
SECURE_SSL_REDIRECT = HTTPS
SECURE_HSTS_SECONDS = env.int("HSTS_SECONDS", default=60 * 60 * 24 * 365) if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = env.bool("HSTS_INCLUDE_SUBDOMAINS", default=False)
SECURE_HSTS_PRELOAD = env.bool("HSTS_PRELOAD", default=False)
# Only behind a proxy that always sets this header itself.
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if TRUSTED_PROXY_COUNT else None
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CONTENT_TYPE_NOSNIFF = True
X_FRAME_OPTIONS = "DENY"
ACCOUNT_DEFAULT_HTTP_PROTOCOL = "https" if HTTPS else "http"

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "worker-src": [SELF],
        "object-src": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}
PERMISSIONS_POLICY: dict[str, list[str]] = {
    feature: []
    for feature in (
        "accelerometer",
        "autoplay",
        "browsing-topics",
        "camera",
        "display-capture",
        "geolocation",
        "gyroscope",
        "magnetometer",
        "microphone",
        "midi",
        "payment",
        "usb",
    )
}

# --- API --------------------------------------------------------------------------------------------------------------

REST_FRAMEWORK = {
    # Nothing by default: each view says who may call it and how they prove it, or nobody may.
    "DEFAULT_AUTHENTICATION_CLASSES": [],
    "DEFAULT_PERMISSION_CLASSES": ["config.permissions.Denied"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_FILTER_BACKENDS": ["django_filters.rest_framework.DjangoFilterBackend"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "members.api.problems.exception_handler",
    "NUM_PROXIES": TRUSTED_PROXY_COUNT,
    "COERCE_DECIMAL_TO_STRING": True,
}
# Requests one store key may make.
API_THROTTLE_RATE = env.str("API_THROTTLE_RATE", default="6000/min")
# The largest body that the API reads: a thousand purchases with some dozens of lines each.
API_MAX_BODY_BYTES = env.int("API_MAX_BODY_BYTES", default=10_000_000)
SPECTACULAR_SETTINGS = {
    "TITLE": _("API of the programme"),
    "DESCRIPTION": _(
        "Members, purchases and points, for tills and shops. Amounts are decimal strings, moments have an offset, and "
        "every error is a problem (RFC 9457) that says what to do. A purchase counts once, however often it is sent."
    ),
    "VERSION": "1",
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "COMPONENT_SPLIT_REQUEST": True,
    "ENUM_GENERATE_CHOICE_DESCRIPTION": False,
    "SERVE_PUBLIC": True,
    "SERVE_INCLUDE_SCHEMA": False,
    "TAGS": [
        {"name": "members", "description": _("Who is in the programme.")},
        {"name": "points", "description": _("What members have, and why.")},
        {"name": "purchases", "description": _("What tills and shops tell the programme.")},
    ],
}

# --- Webhooks ---------------------------------------------------------------------------------------------------------

# Events go to public https addresses only, so that nobody can make the portal knock on doors of its own network. True
# allows http and private addresses: for development.
WEBHOOK_ALLOW_PRIVATE = env.bool("WEBHOOK_ALLOW_PRIVATE", default=False)

# --- Jobs -------------------------------------------------------------------------------------------------------------

if CELERY_BROKER_URL := env.str("CELERY_BROKER_URL", default="") or REDIS_URL:
    CELERY_BROKER_TRANSPORT_OPTIONS = {
        "global_keyprefix": "regulars:",
        # After this Redis hands an unfinished task to another worker. It must exceed the longest task, since tasks are
        # acknowledged late; what a dead worker held is found sooner by the sweeps below.
        "visibility_timeout": 6 * 60 * 60,
    }
else:
    # Messages are files; they need no server, but die with a worker that is killed. What must happen is therefore a
    # row in the database first, and the sweeps below find it.
    _messages = str(folder(VAR_DIR / "broker" / "messages"))
    CELERY_BROKER_URL = "filesystem://localhost"
    CELERY_BROKER_TRANSPORT_OPTIONS = {
        "data_folder_in": _messages,
        "data_folder_out": _messages,
        "control_folder": str(folder(VAR_DIR / "broker" / "control")),
    }
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TIMEZONE = PROGRAMME_TIME_ZONE
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
# Results live in the job log; a task's return value goes nowhere.
CELERY_TASK_IGNORE_RESULT = True
CELERY_RESULT_EXPIRES = None
# Every task may run twice: better twice than never.
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
# `celery inspect` needs a broker that can broadcast, which files do badly.
CELERY_WORKER_ENABLE_REMOTE_CONTROL = not CELERY_BROKER_URL.startswith("filesystem:")
CELERY_TASK_PUBLISH_RETRY_POLICY = {"max_retries": 2, "interval_start": 0, "interval_step": 0.2, "interval_max": 0.5}

CELERY_BEAT_SCHEDULER = "django_celery_beat.schedulers:DatabaseScheduler"
# How soon a schedule changed in the admin is noticed. Only reads, so SQLite's writers are not disturbed.
CELERY_BEAT_MAX_LOOP_INTERVAL = 15
# When a task was last sent is written down at once, so that the scheduler may be ended at any moment.
CELERY_BEAT_SYNC_EVERY = 1
# Copied to the database at start, where staff can change the times. `expire_seconds`: a run that waited for a stopped
# worker until the next one is due has nothing left to do.
CELERY_BEAT_SCHEDULE = {
    "relay-events": {
        "task": "members.tasks.relay_events",
        "schedule": crontab(),
        "options": {"expire_seconds": 55},
    },
    "programme-day": {
        "task": "members.tasks.run_programme_day",
        "schedule": crontab(hour="0", minute="10"),
        "options": {"expire_seconds": 60 * 60},
    },
    # Days that the machine slept through are made up for within the hour; a day already run costs one query.
    "programme-day-catch-up": {
        "task": "members.tasks.run_programme_day",
        "schedule": crontab(minute="40"),
        "options": {"expire_seconds": 60 * 60},
    },
    "sweep-imports": {
        "task": "members.tasks.sweep_imports",
        "schedule": crontab(minute="*/5"),
        "options": {"expire_seconds": 4 * 60},
    },
    "verify-ledger": {
        "task": "members.tasks.verify_ledger",
        "schedule": crontab(hour="3", minute="30"),
        "options": {"expire_seconds": 6 * 60 * 60},
    },
    "purge": {
        "task": "members.tasks.purge",
        "schedule": crontab(hour="4", minute="30"),
        "options": {"expire_seconds": 6 * 60 * 60},
    },
}

# --- Logs -------------------------------------------------------------------------------------------------------------

# "console" for people, "json" for collectors.
LOG_FORMAT = env.str("LOG_FORMAT", default="console")
LOG_LEVEL = env.str("LOG_LEVEL", default="INFO").upper()
LOGGING = configure(log_format=LOG_FORMAT, level=LOG_LEVEL)
DJANGO_STRUCTLOG_CELERY_ENABLED = True
# An address is personal data.
DJANGO_STRUCTLOG_IP_LOGGING_ENABLED = False
