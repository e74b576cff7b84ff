"""What a till does: sends JSON with its key and reads the answer."""

import json
from dataclasses import dataclass
from typing import Any

from django.test import Client

from members.models import Account, IdempotencyRecord, Member, Purchase, Return, StoreKey, Transfer

OCCURRED_AT = "2026-03-14T18:05:00+08:00"
PURCHASES = "/api/v1/purchases/"
BATCH = "/api/v1/purchases/batch/"
PREVIEW = "/api/v1/purchases/preview/"
MEMBERS = "/api/v1/members/"


@dataclass(frozen=True)
class Till:
    """A key and how to use it."""

    key: StoreKey
    text: str

    def get(self, path: str, query: dict[str, str] | None = None, *, language: str = "en") -> Any:
        """GET with the key."""
        return Client().get(path, query or {}, headers=self._headers(language, None))

    def post(self, path: str, body: Any, *, idempotency_key: str | None = None, language: str = "en") -> Any:
        """POST JSON with the key."""
        return self.send("POST", path, json.dumps(body), idempotency_key=idempotency_key, language=language)

    def put(self, path: str, body: Any, *, idempotency_key: str | None = None) -> Any:
        """PUT JSON with the key."""
        return self.send("PUT", path, json.dumps(body), idempotency_key=idempotency_key)

    def send(
        self,
        method: str,
        path: str,
        body: str | bytes,
        *,
        content_type: str = "application/json",
        idempotency_key: str | None = None,
        language: str = "en",
    ) -> Any:
        """Send a body as it is."""
        headers = self._headers(language, idempotency_key)
        return Client().generic(method, path, body, content_type=content_type, headers=headers)

    def _headers(self, language: str, idempotency_key: str | None) -> dict[str, str]:
        headers = {"Authorization": f"Api-Key {self.text}", "Accept-Language": language}
        return headers if idempotency_key is None else {**headers, "Idempotency-Key": idempotency_key}


def is_problem(response: Any, status: int, code: str) -> bool:
    """Whether an answer is this problem, in the right shape."""
    assert response.status_code == status, response.content
    assert response["Content-Type"] == "application/problem+json"
    body = json.loads(response.content)
    assert body["type"] == f"/api/problems/{code}/", body
    assert (body["code"], body["status"]) == (code, status)
    assert body["title"]
    assert body["detail"]
    return True


def pointers(response: Any) -> list[str]:
    """Where the errors of a problem point to."""
    return [error["pointer"] for error in json.loads(response.content)["errors"]]


def everything() -> dict[str, Any]:
    """All that a call could have changed: compared before and after a refused one."""
    return {
        "members": Member.objects.count(),
        "purchases": list(Purchase.objects.order_by("pk").values("pk", "amount", "returned_amount", "revision")),
        "returns": Return.objects.count(),
        "transfers": Transfer.objects.count(),
        "balances": list(Account.objects.order_by("pk").values("pk", "available", "pending", "owed")),
        "kept answers": IdempotencyRecord.objects.count(),
    }
