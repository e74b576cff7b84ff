"""What tests of the counter share: a cashier at a shop, and what they type."""

import re
import uuid
from typing import Any

from django.test import Client

from members.models import Member, Purchase, Store
from members.roles import Role
from tests.admin.staff_scenes import signed_in
from tests.members.identity_scenes import staff

KEY = uuid.UUID("6f1c0f64-6a0e-4f5e-9d5e-5b8f3f0f2a11")
DESK = "/counter/"
# A form whose lines nobody filled in.
NO_LINES = {"line-TOTAL_FORMS": "6", "line-INITIAL_FORMS": "0"}


def cashier_browser(role: str = Role.CASHIER.value, name: str = "Kai") -> Client:
    """The browser of a cashier who has signed in."""
    return signed_in(staff(role, name))


def sale_of(member: Member, key: uuid.UUID = KEY) -> str:
    """The address of a customer at the counter."""
    return f"/counter/card/{member.number}/{key}/"


def told(amount: str, receipt: str = "", **more: str) -> dict[str, str]:
    """What a cashier fills in for a purchase."""
    return {**NO_LINES, "amount": amount, "receipt": receipt, **more}


def line(number: int, amount: str, *, sku: str = "", category: str = "", quantity: str = "") -> dict[str, str]:
    """A line of the receipt as it is filled in."""
    prefix = f"line-{number}"
    return {
        f"{prefix}-sku": sku,
        f"{prefix}-category": category,
        f"{prefix}-quantity": quantity,
        f"{prefix}-amount": amount,
    }


def return_of(purchase: Purchase) -> str:
    """The address of a return."""
    return f"/counter/return/?receipt={purchase.external_id}"


def page(response: Any) -> str:
    """What a page says: its text as one line."""
    text = re.sub(r"<(script|style|svg).*?</\1>|<[^>]*>", " ", response.content.decode(), flags=re.DOTALL)
    return " ".join(text.split())


def store_named(code: str, *, is_active: bool = True) -> Store:
    """Another store, by its code."""
    return Store.objects.create(code=code, name=code.title(), name_en=code.title(), is_active=is_active)
