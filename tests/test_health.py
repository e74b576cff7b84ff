from collections.abc import Callable
from typing import Any

import pytest
from django.db import DatabaseError
from django.test import Client
from kombu.exceptions import OperationalError

CountQueries = Callable[[int], Any]

pytestmark = pytest.mark.django_db


def test_healthz_answers_without_touching_the_database(client: Client, django_assert_num_queries: CountQueries) -> None:
    with django_assert_num_queries(0):
        response = client.get("/healthz")

    assert response.status_code == 200
    assert response.json() == {"status": "ok"}
    assert response["Cache-Control"] == "no-store"


def test_probes_need_no_host_name(client: Client) -> None:
    response = client.get("/healthz", headers={"host": "10.1.2.3"})

    assert response.status_code == 200


def test_probes_answer_to_reading_only(client: Client) -> None:
    response = client.post("/readyz")

    assert response.status_code == 405


def test_readyz_names_each_part_that_is_in_order(client: Client) -> None:
    response = client.get("/readyz")

    assert response.status_code == 200
    assert response.json() == {
        "status": "ok",
        "checks": {"database": "ok", "migrations": "ok", "broker": "ok"},
    }


def test_readyz_fails_without_a_broker(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(**options: object) -> None:
        raise OperationalError("connection refused by broker.internal")

    monkeypatch.setattr("config.health.app.connection_for_write", refuse)

    response = client.get("/readyz")

    assert response.status_code == 503
    assert response.json()["checks"] == {"database": "ok", "migrations": "ok", "broker": "failed"}
    assert b"broker.internal" not in response.content


def test_readyz_fails_without_a_database(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse() -> None:
        raise DatabaseError("no route to database.internal")

    monkeypatch.setattr("config.health.connection.cursor", refuse)

    response = client.get("/readyz")

    assert response.status_code == 503
    assert response.json()["checks"] == {"database": "failed", "migrations": "failed", "broker": "ok"}
    assert b"database.internal" not in response.content


def test_readyz_fails_while_a_migration_is_missing(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    plan = [("0003_next", False)]
    monkeypatch.setattr("config.health.MigrationExecutor.migration_plan", lambda executor, targets: plan)

    response = client.get("/readyz")

    assert response.status_code == 503
    assert response.json()["checks"]["migrations"] == "failed"
