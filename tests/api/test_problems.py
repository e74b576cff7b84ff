import json
from typing import Any

import pytest
from django.test import Client, RequestFactory, override_settings
from django.utils import translation

from members.api import catalogue
from members.api import purchases as purchases_api
from members.api.handlers import server_error
from members.exceptions import DomainError
from tests.api.till import BATCH, PURCHASES, Till, everything, is_problem

pytestmark = pytest.mark.django_db

Receipt = dict[str, Any]


@pytest.mark.parametrize(
    "path", ["/api/nothing", "/api/v1/", "/api/v2/members/", "/api/v1/purchases", "/api/v1/%0A/", "/api/problems/none/"]
)
@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "DELETE", "PATCH", "OPTIONS"])
def test_an_unknown_address_is_a_problem(till: Till, path: str, method: str) -> None:
    if path.startswith("/api/problems/") and method != "GET":
        return
    assert is_problem(till.send(method, path, "{}"), 404, "not-found")


@pytest.mark.parametrize("path", ["/api/schema/", "/api/docs/", "/api/problems/", "/api/problems/busy/", PURCHASES])
@pytest.mark.parametrize("method", ["DELETE", "PATCH", "TRACE", "OPTIONS"])
def test_another_method_is_a_problem(till: Till, path: str, method: str) -> None:
    response = till.send(method, path, "{}")

    assert is_problem(response, 405, "method-not-allowed")
    assert response["Allow"]
    assert method not in response["Allow"]


@pytest.mark.parametrize(
    "header", ["", "Api-Key", "Api-Key nothing", "Api-Key abcdefgh.", "Api-Key \u00e9.x", "Bearer abc", "Basic eDp5"]
)
def test_without_a_valid_key_nobody_gets_in(header: str, receipt: Receipt) -> None:
    before = everything()

    response = Client().post(PURCHASES, receipt, content_type="application/json", headers={"Authorization": header})

    assert is_problem(response, 401, "unauthenticated")
    assert response["WWW-Authenticate"] == "Api-Key"
    assert everything() == before


def test_a_session_opens_nothing(client: Client, receipt: Receipt, django_user_model: Any) -> None:
    client.force_login(django_user_model.objects.create_superuser("boss@example.com", "secret"))

    assert is_problem(client.post(PURCHASES, receipt, content_type="application/json"), 401, "unauthenticated")


@pytest.mark.parametrize(
    "body",
    [
        "",
        "{",
        "{'a': 1}",
        '{"a": NaN}',
        '{"a": Infinity}',
        '{"a": 1, "a": 2}',
        '{"a": "\\ud800"}',
        '{"\\ud800": 1, "\\ud800": 2}',
        b'{"a": "\xff"}',
        "[" * 100_000,
        "1" * 5_000,
        b"\xff\xfe{\x00}\x00",
    ],
)
def test_what_is_not_json_is_a_problem(till: Till, body: str | bytes) -> None:
    before = everything()

    response = till.send("POST", PURCHASES, body)

    assert response.status_code == 400
    assert response.json()["code"] == ("invalid-request" if body == "" else "malformed-body")
    assert everything() == before


def test_deep_nesting_is_refused_whatever_reads_it(till: Till) -> None:
    for depth in (100, 400, 700, 800, 850, 900, 950, 1_000, 2_000):
        body = '{"purchases": ' + "[" * depth + "]" * depth + "}"
        response = till.send("POST", BATCH, body, idempotency_key=f"deep-{depth}")
        assert response.status_code in {200, 400}, depth


def test_a_byte_order_mark_does_no_harm(till: Till, receipt: Receipt) -> None:
    body = b"\xef\xbb\xbf" + json.dumps(receipt).encode()

    assert till.send("POST", PURCHASES, body).status_code == 201


@pytest.mark.parametrize("content_type", ["text/plain", "application/xml", "multipart/form-data", "application/jsonx"])
def test_another_content_type_is_a_problem(till: Till, receipt: Receipt, content_type: str) -> None:
    before = everything()

    response = till.send("POST", PURCHASES, json.dumps(receipt), content_type=content_type)

    assert is_problem(response, 415, "unsupported-media-type")
    assert everything() == before


def test_a_charset_with_the_content_type_is_fine(till: Till, receipt: Receipt) -> None:
    response = till.send("POST", PURCHASES, json.dumps(receipt), content_type="Application/JSON; charset=utf-8")

    assert response.status_code == 201


def test_whatever_accept_says_the_answer_is_json(till: Till) -> None:
    response = Client().get(
        "/api/v1/members/?phone=123", headers={"Authorization": f"Api-Key {till.text}", "Accept": "text/html"}
    )

    assert response["Content-Type"] == "application/json"


@override_settings(API_MAX_BODY_BYTES=1_000)
def test_a_huge_body_is_not_read(till: Till) -> None:
    assert is_problem(till.post(PURCHASES, {"store": "x" * 1_000}), 413, "too-large")


def test_a_mistake_of_ours_shows_nothing_of_itself(
    till: Till, receipt: Receipt, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(**arguments: Any) -> None:
        raise RuntimeError("password of the database: hunter2")

    monkeypatch.setattr(purchases_api, "record_purchase", fail)
    monkeypatch.setattr("django.core.signals.got_request_exception.send", lambda **arguments: None)

    response = till.post(PURCHASES, receipt)

    assert is_problem(response, 500, "internal")
    assert b"hunter2" not in response.content


@override_settings(DEBUG=True)
def test_debugging_does_not_change_the_answers(till: Till) -> None:
    assert is_problem(till.get("/api/nothing/"), 404, "not-found")


def test_a_wrong_host_is_a_problem_too() -> None:
    response = Client().get("/api/v1/members/", headers={"Host": "evil.example"})

    assert is_problem(response, 400, "invalid-request")


@override_settings(API_THROTTLE_RATE="2/min")
def test_too_many_requests_are_told_when_to_come_back(till: Till, other_till: Till) -> None:
    path = "/api/v1/members/?phone=123"
    assert [till.get(path).status_code for _ in range(2)] == [200, 200]

    response = till.get(path)

    assert is_problem(response, 429, "throttled")
    assert 1 <= int(response["Retry-After"]) <= 60
    assert other_till.get(path).status_code == 200


def test_each_type_leads_to_a_page_about_it(client: Client) -> None:
    for kind in catalogue.all_kinds():
        response = client.get(f"/api/problems/{kind.code}/")

        assert response.status_code == 200, kind.code
        assert f"<code>{kind.code}</code>" in response.content.decode()


def test_all_types_are_listed(client: Client) -> None:
    page = client.get("/api/problems/").content.decode()

    assert all(f"/api/problems/{code}/" in page for code in catalogue.BY_CODE)


def test_a_code_means_one_thing() -> None:
    statuses: dict[str, set[int]] = {}
    for error in _all(DomainError):
        if "code" not in vars(error):
            continue
        statuses.setdefault(error.code, set()).add(error.status)

    assert [code for code, found in statuses.items() if len(found) > 1] == []
    for code, kind in catalogue.BY_CODE.items():
        assert statuses.get(code, {kind.status}) == {kind.status}, code


def test_titles_are_in_the_language_of_the_caller(till: Till) -> None:
    response = till.post(PURCHASES, [], language="zh-TW")

    assert response["Content-Language"] == "zh-hant"
    with translation.override("zh-hant"):
        assert response.json()["title"] == str(catalogue.BY_CODE["invalid-request"].title)


def _all(base: type[DomainError]) -> list[type[DomainError]]:
    return [base, *(each for subclass in base.__subclasses__() for each in _all(subclass))]


@pytest.mark.parametrize(("path", "is_problem"), [("/api/v1/members/", True), ("/points/", False)])
def test_what_fails_before_any_view_is_a_problem_below_the_api_and_a_page_elsewhere(
    path: str, is_problem: bool
) -> None:
    response = server_error(RequestFactory().get(path))

    assert response.status_code == 500
    assert (response["Content-Type"] == "application/problem+json") == is_problem
