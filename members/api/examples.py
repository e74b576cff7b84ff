"""Examples in the API's description: one member, one shop, one afternoon."""

from typing import Any

from drf_spectacular.utils import OpenApiExample

MEMBER_NUMBER = "482109375519"
STORE = "nanjing-road"
BALANCE = {"available": 1_296, "pending": 0, "owed": 0}
TIER = {"code": "gold", "name": "Gold", "rank": 2}
LINES = [
    {"sku": "9787020002207", "category": "books", "quantity": 1, "amount": "45.00"},
    {"sku": "flat-white", "category": "drinks", "quantity": 1, "amount": "19.00"},
]
TRACE = {
    "tier": "gold",
    "base": 64,
    "multiplier_percent": 150,
    "multiplier_from": "tier",
    "rules": [
        {
            "rule": 1,
            "version": 1,
            "name": "A point for each yuan",
            "points": 64,
            "failed": None,
            "amount": "64.00",
            "capped_from": None,
            "capped_by": None,
        }
    ],
    "total": 96,
    "reckoned_anew": None,
    "before": None,
}
SENTENCES = ["¥64 at 1 point for each ¥1: 64 points.", "× 1.5 for Gold: 96 points.", "Together: 96 points."]


def _asked(name: str, value: Any) -> OpenApiExample:
    return OpenApiExample(name, value=value, request_only=True)


def _answered(name: str, value: Any, *statuses: int) -> OpenApiExample:
    return OpenApiExample(name, value=value, response_only=True, status_codes=[str(s) for s in statuses or (200,)])


_RECEIPT: dict[str, Any] = {
    "member": MEMBER_NUMBER,
    "occurred_at": "2026-11-21T18:05:00+08:00",
    "currency": "CNY",
    "amount": "64.00",
    "lines": LINES,
}
_PURCHASE = {"store": STORE, "external_id": "R-20261121-0042", **_RECEIPT}
_RECORDED: dict[str, Any] = {
    "status": "recorded",
    "store": STORE,
    "external_id": "R-20261121-0042",
    "member": MEMBER_NUMBER,
    "points": 96,
    "balance": BALANCE,
    "tier": TIER,
    "tier_changed": False,
    "trace": TRACE,
    "sentences": SENTENCES,
}
_MEMBER = {
    "number": MEMBER_NUMBER,
    "status": "active",
    "name": "Lin Mei",
    "phone": "•••• 8000",
    "email": "l•••@example.com",
    "language": "zh-hans",
    "tier": TIER,
    "enrolled_at": "2025-03-02T04:11:00Z",
    "enrolled_store": STORE,
}
_REFUSAL = {
    "type": "/api/problems/member-not-found/",
    "code": "member-not-found",
    "title": "No such member",
    "status": 404,
    "detail": "No member has the number 482109375510. Check it, or enrol the customer first.",
}

ENROLMENT = _asked(
    "At the till",
    {"phone": "+8613800138000", "name": "Lin Mei", "language": "zh-hans", "birthday": {"month": 2, "day": 29}},
)
MEMBER = _answered("A member", _MEMBER, 200, 201)
FOUND = _answered("Found", {"results": [_MEMBER]})
PURCHASE = _asked("Two lines", _PURCHASE)
RECORDED = _answered("Recorded", _RECORDED, 201)
KNOWN = _answered("Sent before", {**_RECORDED, "status": "known"})
PREVIEW = _asked("A basket", {"store": STORE, **_RECEIPT})
PREVIEWED = _answered("What it would earn", {**_RECORDED, "status": "preview", "external_id": ""})
CORRECTION = _asked(
    "A wrong price", {**_RECEIPT, "amount": "45.00", "lines": LINES[:1], "reason": "Coffee was cancelled"}
)
CORRECTED = _answered(
    "Corrected", {**_RECORDED, "status": "corrected", "points": 67, "balance": {**BALANCE, "available": 1_267}}
)
STORED = _answered(
    "A purchase",
    {
        **_PURCHASE,
        "occurred_at": "2026-11-21T10:05:00Z",
        "recorded_at": "2026-11-21T10:05:02Z",
        "returned_amount": "0.00",
        "points_earned": 96,
        "points_taken_back": 0,
        "revision": 1,
        "lines": [
            {"position": position, **line, "returned_quantity": 0, "returned_amount": "0.00"}
            for position, line in enumerate(LINES, 1)
        ],
        "returns": [],
        "trace": TRACE,
        "sentences": SENTENCES,
    },
)
BATCH = _asked(
    "Two receipts", {"purchases": [_PURCHASE, {**_PURCHASE, "external_id": "R-43", "member": "482109375510"}]}
)
BATCH_RECORDED = _answered(
    "One of two",
    {
        "recorded": 1,
        "known": 0,
        "refused": 1,
        "results": [
            {
                "index": 0,
                "status": 201,
                "external_id": "R-20261121-0042",
                "points": 96,
                "balance": BALANCE,
                "tier": TIER,
                "tier_changed": False,
            },
            {"index": 1, "status": 404, "external_id": "R-43", "problem": _REFUSAL},
        ],
    },
)
RETURN = _asked(
    "The book comes back",
    {"external_id": "RET-1", "occurred_at": "2026-11-22T11:00:00+08:00", "lines": [{"position": 1}]},
)
_RETURNED: dict[str, Any] = {
    "status": "recorded",
    "store": STORE,
    "purchase": "R-20261121-0042",
    "external_id": "RET-1",
    "amount": "45.00",
    "points_taken_back": 68,
    "balance": {**BALANCE, "available": 1_228},
    "tier": TIER,
}
RETURNED = _answered("Recorded", _RETURNED, 201)
RETURN_KNOWN = _answered("Sent before", {**_RETURNED, "status": "known"})
POINTS = _answered(
    "Points of a member",
    {
        "member": MEMBER_NUMBER,
        "balance": BALANCE,
        "tier": TIER,
        "next_tier": {
            "tier": {"code": "platinum", "name": "Platinum", "rank": 3},
            "measure": "spend",
            "missing": "3880.00",
            "percent": 61,
            "by": "2026-12-31",
        },
        "sentences": ["¥3,880 more by December 31 and you are Platinum.", "Gold is yours until March 1, 2027."],
        "expiring": [{"last_day": "2026-11-30", "points": 120}, {"last_day": "2027-01-31", "points": 80}],
    },
)
TRANSFERS = _answered(
    "The newest",
    {
        "next": None,
        "previous": None,
        "results": [
            {
                "id": 90_412,
                "kind": "earn",
                "points": 96,
                "occurred_at": "2026-11-21T10:05:00Z",
                "recorded_at": "2026-11-21T10:05:02Z",
                "reference": "",
                "store": STORE,
                "purchase": "R-20261121-0042",
                "trace": TRACE,
                "sentences": SENTENCES,
            }
        ],
    },
)
