"""Which pages a browser visits: every route that answers somebody with a page, found in the resolver.

A route that is neither visited nor in NOT_PAGES fails the test, and so does one that has gone.
"""

from typing import Any

from tests.authorization.actors import STAFF_ROLES
from tests.authorization.cells import cells_of, expected_of, group_of
from tests.authorization.routes import Route, all_routes

# Routes whose GET gives no page of their own, and why.
NOT_PAGES: dict[str, str] = {
    "members:theme": "a stylesheet",
    "members:logo": "a picture",
    "members:logo_dark": "a picture",
    "members:app_icon": "a picture",
    "members:manifest": "a document for browsers",
    "members:service_worker": "a script",
    "members:counter_find": "a redirect, unless something was scanned",
    "set_language": "a redirect",
    "api:schema": "a document for programs",
    "admin:jsi18n": "a script",
    "admin:autocomplete": "data for a field",
    "admin:view_on_site": "a redirect, for nothing here",
    "admin:members_importrun_rejects": "a file",
    "admin:logout": "takes POST only",
    "admin:login": "a redirect to the one sign-in page",
    "admin:auth_user_password_change": "refused to everybody",
    "mfa_download_recovery_codes": "a file",
    "account_confirm_login_code": "a redirect: signing in by code is off",
    "admin:members_member_unfreeze": "a step that a frozen member has, without a page of its own",
    "admin:members_member_end-tier": "a step that a given tier has, without a page of its own",
    "account_set_password": "a redirect: everybody has a password",
    "mfa_reauthenticate_webauthn": "data for a script",
    "mfa_login_webauthn": "data for a script",
}
# Pages in the middle of something, which test_steps.py looks at.
MIDWAY = {"account_email_verification_sent", "mfa_authenticate", "mfa_reauthenticate"}


def visits(audience: str, values: dict[str, Any]) -> dict[str, str]:
    """The addresses of an audience's pages, by the name of their route."""
    return {route.name: route.path(values) for route in all_routes() if audience in audiences(route)}


def audiences(route: Route) -> set[str]:
    """Who visits a route's page: "visitor", "member", "account" (a member just signed in) or a part of the staff."""
    cells = cells_of(route)
    if cells is None or route.name in NOT_PAGES or route.name in MIDWAY or group_of(route) == "keys":
        return set()
    answers = expected_of(cells[0])
    if route.pattern.startswith("admin/"):
        # What every role is refused, a superuser may be given; what leads elsewhere or is not there has no page.
        answered = {answers[role] for role in STAFF_ROLES}
        return {staff_part(route)} if "200" in answered or answered == {"403"} else set()
    if route.pattern.startswith("accounts/"):
        return {"visitor"} if answers["anonymous"] == "200" else {"account"}
    if route.pattern.startswith("api/"):
        return {"visitor"} if answers["anonymous"] == "200" else set()
    found = {"visitor"} if answers["anonymous"] == "200" else set()
    if answers["member"] == "200":
        return found | {"member"}
    return found | ({"staff"} if "200" in answers.values() else set())


def is_refused(route: Route) -> bool:
    """Whether no role gets the page; whoever runs the programme may get it or not."""
    cells = cells_of(route)
    return cells is None or "200" not in expected_of(cells[0]).values()


def staff_part(route: Route) -> str:
    """Parts of the administration of about the same size, so that workers share them."""
    if route.name.endswith("_changelist"):
        return "lists"
    if route.name.endswith(("_add", "_delete", "_history")):
        return "forms"
    return "rows"
