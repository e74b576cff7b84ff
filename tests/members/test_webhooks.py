"""Webhooks are signed, go to public https addresses only and follow nobody anywhere."""

import json
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from standardwebhooks import Webhook, WebhookVerificationError

from members import clock
from members.models import DomainEvent, WebhookEndpoint
from members.outbound import NotSent, post
from members.services.events import record_event
from members.services.webhooks import send_event
from tests.factories import MemberFactory

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
OCCURRED_AT = datetime(2026, 6, 10, 4, 0, tzinfo=UTC)


class Receiver(ThreadingHTTPServer):
    """A shop that keeps what it is sent, and answers as told."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.received: list[tuple[str, dict[str, str], bytes]] = []
        self.status = 204

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/hook?shop=1"


class _Handler(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        server: Any = self.server
        body = self.rfile.read(int(self.headers["content-length"]))
        server.received.append((self.path, {name.lower(): value for name, value in self.headers.items()}, body))
        self.send_response(server.status)
        if 300 <= server.status < 400:
            self.send_header("Location", "/elsewhere")
        self.end_headers()

    def log_message(self, *args: Any) -> None:
        """Nothing on the terminal."""


@pytest.fixture
def receiver(settings: Any) -> Iterator[Receiver]:
    settings.WEBHOOK_ALLOW_PRIVATE = True
    server = Receiver()
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def event(db: None) -> DomainEvent:
    member = MemberFactory.create(number="123456789015")
    payload = {"points": 5}
    record_event(type="points.spent", member_id=member.pk, payload=payload, occurred_at=OCCURRED_AT, now=OCCURRED_AT)
    return DomainEvent.objects.get()


def endpoint(url: str) -> WebhookEndpoint:
    return WebhookEndpoint.objects.create(url=url, secret=SECRET, created_at=OCCURRED_AT)


def test_the_receiver_can_check_who_sent_it(receiver: Receiver, event: DomainEvent) -> None:
    send_event(endpoint=endpoint(receiver.url), event=event, now=clock.now())

    [(path, headers, body)] = receiver.received
    assert path == "/hook?shop=1"
    assert headers["webhook-id"] == f"evt_{event.pk}"
    assert headers["content-type"] == "application/json"
    assert Webhook(SECRET).verify(body, headers) == {
        "type": "points.spent",
        "timestamp": "2026-06-10T04:00:00+00:00",
        "data": {"points": 5, "member": "123456789015"},
    }
    with pytest.raises(WebhookVerificationError):
        Webhook("whsec_" + "b3RoZXI" * 4).verify(body, headers)


def test_a_repetition_carries_the_same_id(receiver: Receiver, event: DomainEvent) -> None:
    hook = endpoint(receiver.url)

    send_event(endpoint=hook, event=event, now=clock.now())
    send_event(endpoint=hook, event=event, now=clock.now())

    assert len({headers["webhook-id"] for _, headers, _ in receiver.received}) == 1


@pytest.mark.parametrize("status", [301, 307, 400, 404, 500, 503])
def test_any_other_answer_than_success_is_a_failure(receiver: Receiver, event: DomainEvent, status: int) -> None:
    receiver.status = status

    with pytest.raises(NotSent, match=str(status)):
        send_event(endpoint=endpoint(receiver.url), event=event, now=clock.now())

    assert len(receiver.received) == 1


def test_an_endpoint_that_is_gone_is_switched_off(receiver: Receiver, event: DomainEvent) -> None:
    receiver.status = 410
    hook = endpoint(receiver.url)

    send_event(endpoint=hook, event=event, now=clock.now())

    hook.refresh_from_db()
    assert hook.is_active is False


def test_an_event_about_nobody_says_so(receiver: Receiver, event: DomainEvent) -> None:
    event.member = None

    send_event(endpoint=endpoint(receiver.url), event=event, now=clock.now())

    assert json.loads(receiver.received[0][2])["data"]["member"] is None


def test_nobody_listening_is_a_failure(receiver: Receiver) -> None:
    free = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    port = free.server_port
    free.server_close()

    with pytest.raises(NotSent):
        post(url=f"http://127.0.0.1:{port}/", body=b"{}", headers={}, timeout=1)


@pytest.mark.parametrize(
    "url",
    [
        "http://shop.example/",
        "ftp://shop.example/",
        "https:///path",
        "https://user:password@shop.example/",
        "https://127.0.0.1/",
        "https://localhost/",
        "https://10.1.2.3/",
        "https://172.16.0.1/",
        "https://192.168.1.1/",
        "https://169.254.169.254/latest/meta-data/",
        "https://100.64.0.1/",
        "https://0.0.0.0/",
        "https://2130706433/",
        "https://224.0.0.1/",
        "https://[::1]/",
        "https://[fd00::1]/",
        "https://[fe80::1]/",
        "https://[::ffff:127.0.0.1]/",
        "https://[2002:7f00:1::]/",
        "https://[::ffff:169.254.169.254]/",
        "https://shop.example:99999/",
        "https://[bad/",
    ],
)
def test_leads_nobody_into_our_own_network(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    def never(*args: Any, **options: Any) -> None:
        pytest.fail("a connection was made")

    monkeypatch.setattr("members.outbound.socket.create_connection", never)

    with pytest.raises(NotSent):
        post(url=url, body=b"{}", headers={}, timeout=1)


@pytest.mark.parametrize("inner", ["10.0.0.1", "::1"])
def test_a_name_that_leads_inside_is_refused(monkeypatch: pytest.MonkeyPatch, inner: str) -> None:
    answers = [(2, 1, 6, "", ("93.184.215.14", 443)), (2, 1, 6, "", (inner, 443))]
    monkeypatch.setattr("members.outbound.socket.getaddrinfo", lambda *args, **options: answers)

    with pytest.raises(NotSent, match="private network"):
        post(url="https://shop.example/", body=b"{}", headers={}, timeout=1)


def test_connects_to_the_address_that_was_checked(monkeypatch: pytest.MonkeyPatch) -> None:
    answers = iter(["93.184.215.14", "127.0.0.1"])
    monkeypatch.setattr(
        "members.outbound.socket.getaddrinfo", lambda *args, **options: [(2, 1, 6, "", (next(answers), 443))]
    )
    tried: list[Any] = []

    def refuse(address: Any, *args: Any) -> None:
        tried.append(address)
        raise ConnectionRefusedError

    monkeypatch.setattr("members.outbound.socket.create_connection", refuse)

    with pytest.raises(NotSent):
        post(url="https://shop.example/", body=b"{}", headers={}, timeout=1)

    assert tried == [("93.184.215.14", 443)]
