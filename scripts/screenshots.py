"""`make screenshots`: the README's pictures, from a demo programme of a fixed day and a fixed seed.

The portal runs in this process with its clock set to that day, so that the same version draws the same pictures
wherever it is run with the same fonts. Needs Chromium, by its usual name or the one in CHROMIUM.
"""

import base64
import datetime
import os
import shutil
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from socketserver import ThreadingMixIn
from typing import Literal
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server
from zoneinfo import ZoneInfo

import time_machine
from playwright.sync_api import Browser, Page, ViewportSize, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
PICTURES = ROOT / "docs" / "pictures"
# A Friday evening in the demo's second year, when the shops are full.
MOMENT = datetime.datetime(2026, 11, 20, 18, 40, tzinfo=ZoneInfo("Asia/Shanghai"))
SEED = 2024
LARGEST = 120_000
PHONE: ViewportSize = {"width": 390, "height": 844}
DESK: ViewportSize = {"width": 1280, "height": 832}


@dataclass(frozen=True)
class Picture:
    """A page as somebody sees it."""

    name: str
    who: str
    path: str
    size: ViewportSize
    theme: Literal["light", "dark"]
    # Whom the staff look at.
    subject: str = ""


PHONES = [
    Picture("phone-en-light", "mei@lantern.example", "/", PHONE, "light"),
    Picture("phone-en-dark", "mei@lantern.example", "/", PHONE, "dark"),
    Picture("phone-zh-light", "lijing@lantern.example", "/", PHONE, "light"),
    Picture("phone-zh-dark", "kayan@lantern.example", "/", PHONE, "dark"),
]
DESKS = [
    Picture("desk-en-light", "mei@lantern.example", "/", DESK, "light"),
    Picture("desk-en-dark", "mei@lantern.example", "/", DESK, "dark"),
    Picture("desk-zh-light", "lijing@lantern.example", "/tiers/", DESK, "light"),
    Picture("desk-zh-dark", "lijing@lantern.example", "/", DESK, "dark"),
    Picture("staff-light", "manager@lantern.example", "/admin/members/member/{}/change/", DESK, "light", "Mei Tan"),
    Picture("staff-dark", "manager@lantern.example", "/admin/members/member/{}/change/", DESK, "dark", "Mei Tan"),
]


class Server(ThreadingMixIn, WSGIServer):
    """A page asks for several files at once."""

    daemon_threads = True


class Quiet(WSGIRequestHandler):
    """Says nothing of each request."""

    def log_message(self, *_: object) -> None:
        """Nothing."""


@contextmanager
def portal() -> Iterator[str]:
    """The demo programme, served as of the moment; its address."""
    import django  # noqa: PLC0415 -- after the environment is set

    django.setup()
    from django.core.management import call_command  # noqa: PLC0415
    from django.core.wsgi import get_wsgi_application  # noqa: PLC0415

    call_command("migrate", verbosity=0)
    call_command("fill_demo", seed=SEED)
    server = make_server("127.0.0.1", 0, get_wsgi_application(), server_class=Server, handler_class=Quiet)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()


def session_of(email: str) -> tuple[str, str]:
    """The name and the value of the cookie of somebody who has signed in."""
    from django.conf import settings  # noqa: PLC0415 -- after django.setup()
    from django.test import Client  # noqa: PLC0415

    from members.models import User  # noqa: PLC0415

    client = Client()
    client.force_login(User.objects.get(email=email), backend=settings.AUTHENTICATION_BACKENDS[1])
    return settings.SESSION_COOKIE_NAME, client.cookies[settings.SESSION_COOKIE_NAME].value


def member_called(name: str) -> int:
    """The id of the member with that name and a sign-in."""
    from members.models import Member  # noqa: PLC0415 -- after django.setup()

    return Member.objects.get(name=name, user__isnull=False).pk


def take(browser: Browser, address: str, picture: Picture) -> bytes:
    """The picture as WebP, small enough to be kept with the code."""
    context = browser.new_context(
        viewport=picture.size, color_scheme=picture.theme, device_scale_factor=1.5, reduced_motion="reduce"
    )
    cookie, value = session_of(picture.who)
    context.add_cookies([{"name": cookie, "value": value, "url": address}])
    page = context.new_page()
    path = picture.path.format(member_called(picture.subject)) if picture.subject else picture.path
    answer = page.goto(address + path, wait_until="networkidle")
    if answer is None or not answer.ok:
        raise SystemExit(f"{path}: {answer.status if answer else 'no answer'}")
    drawn = smallest(page)
    context.close()
    return drawn


def smallest(page: Page) -> bytes:
    """As good as the size allows."""
    devtools = page.context.new_cdp_session(page)
    for quality in (88, 80, 70, 60, 50):
        shot = devtools.send("Page.captureScreenshot", {"format": "webp", "quality": quality})
        drawn = base64.b64decode(shot["data"])
        if len(drawn) < LARGEST:
            return drawn
    raise SystemExit("a picture is too large to be kept")


def main() -> int:
    """Draw all of them; those of earlier versions go."""
    folder = Path(tempfile.mkdtemp(prefix="regulars-screenshots-"))
    os.environ |= {
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "VAR_DIR": str(folder),
        "PROGRAMME_NAME": "Lantern Coffee & Books",
        "PROGRAMME_LOGO": str(ROOT / "static" / "img" / "lantern-logo.svg"),
        "PROGRAMME_LOGO_DARK": str(ROOT / "static" / "img" / "lantern-logo-dark.svg"),
        "STAFF_MFA_REQUIRED": "False",
        "LOG_LEVEL": "ERROR",
        # Chromium's driver keeps an event loop in this thread.
        "DJANGO_ALLOW_ASYNC_UNSAFE": "1",
    }
    for name in ("DATABASE_URL", "REDIS_URL", "CACHE_URL"):
        os.environ.pop(name, None)
    sys.path.insert(0, str(ROOT))
    from tests.conftest import CHROMIUM_ARGUMENTS, chromium  # noqa: PLC0415 -- found from here on

    PICTURES.mkdir(exist_ok=True)
    try:
        with time_machine.travel(MOMENT) as clock, portal() as address, sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=chromium(), args=CHROMIUM_ARGUMENTS)
            for old in PICTURES.glob("*.webp"):
                old.unlink()
            for picture in PHONES + DESKS:
                # Filling took its time, and pages tell the minute.
                clock.move_to(MOMENT)
                content = take(browser, address, picture)
                (PICTURES / f"{picture.name}.webp").write_bytes(content)
                print(f"docs/pictures/{picture.name}.webp  {len(content) / 1000:.0f} kB", flush=True)
            browser.close()
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
