from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest


def attempted_email(request: HttpRequest, credentials: Mapping[str, Any] | None = None) -> str:
    """Return the email that a sign-in attempt named, in lower case, so that lock-outs count every spelling as one."""
    given = credentials or {}
    name = given.get("email") or given.get("username") or request.POST.get("login") or ""
    return str(name).strip().lower()
