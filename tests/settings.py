"""The portal's own settings, with everything it writes in a folder of this run, so that tests touch nobody's data.

DATABASE_URL and REDIS_URL decide what the suite runs on, exactly as they do for the portal.
"""

import atexit
import os
import shutil
import tempfile
from pathlib import Path

if "REGULARS_TEST_DIR" not in os.environ:
    # Set once by the process that started the run; the workers of pytest-xdist inherit it and get folders below it.
    os.environ["REGULARS_TEST_DIR"] = tempfile.mkdtemp(prefix="regulars-tests-")
    atexit.register(shutil.rmtree, os.environ["REGULARS_TEST_DIR"], ignore_errors=True)

WORKER = os.environ.get("PYTEST_XDIST_WORKER", "main")
os.environ["VAR_DIR"] = str(Path(os.environ["REGULARS_TEST_DIR"]) / WORKER)
os.environ["SECRET_KEY"] = "a key that signs nothing outside the tests"
# A test may start a hundred threads, each with a connection of its own.
os.environ.setdefault("DATABASE_POOL_SIZE", "0")
os.environ.setdefault("LOG_LEVEL", "CRITICAL")
# What a test sends to the worker stays in its process: nobody would take it out of a real broker.
os.environ["CELERY_BROKER_URL"] = "memory://"
# Playwright keeps an event loop in the main thread, which Django would take for an async view using the database.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
# No build step before tests.
os.environ["STATIC_COLLECTED"] = "0"

from config.settings import *  # noqa: E402, F403 - after the environment above, which these settings read
from config.settings import CACHES, DATABASES, VAR_DIR  # noqa: E402

if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    # A file, not memory: threads of a live server share one connection to a database in memory.
    DATABASES["default"]["TEST"] = {"NAME": str(VAR_DIR / "test.sqlite3")}
# Each test counts its own rate limits, on whichever cache.
CACHES["default"]["KEY_FUNCTION"] = "tests.isolation.cache_key"

# Looks a file up when it is asked for, rather than listing all of them for every test client.
WHITENOISE_AUTOREFRESH = True

ALLOWED_HOSTS = ["localhost", "127.0.0.1", "testserver"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
# Most tests of staff pages are about those pages; tests/test_staff_mfa.py turns it on.
STAFF_MFA_REQUIRED = False
# Hashing slowly is the point of the real ones.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
CELERY_TASK_ALWAYS_EAGER = True
CELERY_TASK_EAGER_PROPAGATES = True
