"""Requests of the dashboard, against a bare view behind the same middleware that runs the same statements.

The bare view sends the dashboard's own SQL through a cursor, keeps what comes back as it is, and renders the same
markup with a variable for each piece of text. What is compared is therefore the portal's own code: making objects,
sentences and components.
"""

import itertools
import logging
import re
import time
from collections.abc import Callable
from contextlib import contextmanager
from html import unescape
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import include, path

from tests.benchmarks.harness import NOW, Figure, Scale, throughput

MEMBERS = 100
PURCHASES = 6
TEXT = re.compile(r">([^<>]*\S[^<>]*)<")
# What the bare view does for a member: the statements with their parameters, and the texts of the page.
_pages: dict[str, tuple[list[tuple[str, Any]], list[str], Any]] = {}


def bare(request: HttpRequest) -> HttpResponse:
    """The dashboard's statements and markup, and nothing else."""
    from django.db import connection  # noqa: PLC0415 -- after django.setup()

    statements, texts, template = _pages[request.member.number]  # type: ignore[attr-defined]
    with connection.cursor() as cursor:
        rows = [cursor.execute(sql, params).fetchall() for sql, params in statements]
    return HttpResponse(template.render({"texts": texts, "rows": rows}, request))


urlpatterns = [path("bare/", bare), path("", include("config.urls"))]


def _make() -> list[str]:
    """Members with purchases and points; the session cookies of their sign-ins."""
    from django.conf import settings  # noqa: PLC0415 -- after django.setup()
    from django.test import Client  # noqa: PLC0415

    from members.models import Member, User  # noqa: PLC0415
    from members.services.purchases import record_purchases  # noqa: PLC0415
    from members.services.receipts import Receipt  # noqa: PLC0415
    from tests.benchmarks.programme import make_members, make_programme  # noqa: PLC0415

    store = make_programme()
    make_members(20_000)
    cookies = []
    for member in Member.objects.order_by("pk")[:MEMBERS]:
        member.user = User.objects.create(email=f"{member.number}@example.com", name=member.name)
        member.save(update_fields=["user"])
        receipts = [
            Receipt(store.pk, f"{member.number}-{n}", member.number, NOW, 6_400, "CNY") for n in range(PURCHASES)
        ]
        record_purchases(receipts=receipts, now=NOW)
        client = Client()
        client.force_login(member.user, backend=settings.AUTHENTICATION_BACKENDS[1])
        cookies.append(f"{settings.SESSION_COOKIE_NAME}={client.cookies[settings.SESSION_COOKIE_NAME].value}")
    return cookies


def _browser() -> Callable[[str, str], bytes]:
    """A function that asks the portal for a page, as the server does: through WSGI, without a network."""
    from django.core.wsgi import get_wsgi_application  # noqa: PLC0415 -- after django.setup()
    from django.test import RequestFactory  # noqa: PLC0415

    portal, factory = get_wsgi_application(), RequestFactory(headers={"host": "localhost", "accept-language": "en"})

    def ask(address: str, cookie: str) -> bytes:
        status: list[str] = []
        environ = factory.get(address).environ | {"HTTP_COOKIE": cookie}
        answer: Any = portal(environ, lambda line, _headers, _error=None: _keep(status, line))
        body = b"".join(answer)
        answer.close()
        if not status[0].startswith("200"):
            raise AssertionError(f"{address}: {status[0]}")
        return body

    return ask


def _keep(status: list[str], line: str) -> Callable[[bytes], object]:
    status.append(line)
    return len


@contextmanager
def _statements():  # type: ignore[no-untyped-def]
    """What is sent to the database meanwhile."""
    from django.db import connection  # noqa: PLC0415 -- after django.setup()

    found: list[tuple[str, Any]] = []

    def keep(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        found.append((sql, params))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(keep):
        yield found


def _learn(ask: Callable[[str, str], bytes], cookies: list[str]) -> None:
    """Let the bare view know each member's statements, except those of the middleware, and their page."""
    from django.template import engines  # noqa: PLC0415 -- after django.setup()

    from members.models import Member  # noqa: PLC0415

    members = Member.objects.order_by("pk").values_list("number", flat=True)[:MEMBERS]
    for number, cookie in zip(members, cookies, strict=True):
        _pages[number] = [], [], engines["django"].from_string("")
        with _statements() as common:
            ask("/bare/", cookie)
        with _statements() as found:
            page = ask("/", cookie).decode()
        texts = [unescape(text) for text in TEXT.findall(page)]
        places = (f">{{{{ texts.{number} }}}}<" for number in itertools.count())
        markup = TEXT.sub(lambda _: next(places), page)  # noqa: B023 -- called before the next turn
        _pages[number] = found[len(common) :], texts, engines["django"].from_string(markup)


def measure(scale: Scale) -> list[Figure]:
    """Requests per second of one process."""
    from django.conf import settings  # noqa: PLC0415 -- after django.setup()

    settings.ROOT_URLCONF = __name__
    # Two lines of log a request would drown the table.
    logging.disable(logging.INFO)
    cookies, ask = _make(), _browser()
    _learn(ask, cookies)
    count = scale.size(1_000, least=300)

    def spent(address: str) -> float:
        wanted = itertools.islice(itertools.cycle(cookies), count)
        started = time.perf_counter()
        for cookie in wanted:
            ask(address, cookie)
        return time.perf_counter() - started

    return [
        throughput(
            "dashboard, requests of one process",
            ours=lambda: spent("/"),
            raw=lambda: spent("/bare/"),
            count=count,
            target=0.75,
            rounds=scale.rounds,
        )
    ]
