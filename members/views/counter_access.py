"""Who may work at the counter, at which store, and what this browser remembers of it."""

import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Concatenate, ParamSpec

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from members.models import User
from members.roles import COUNTER
from members.rule_terms import StoreTerms
from members.selectors.rulebook import Rulebook, current_rulebook
from members.views.access import signed_in

P = ParamSpec("P")
Page = Callable[Concatenate[HttpRequest, P], HttpResponse]

PERMISSIONS = tuple(f"members.{codename}" for codename in COUNTER)
# The store belongs to the tablet, not to who is signed in: it outlives the shift.
STORE_COOKIE, STORE_SALT, A_YEAR = "counter_store", "counter", 60 * 60 * 24 * 365
LAST, FINISHED = "counter_last", "counter_finished"
# How long the last receipt stays on the screen, for the next customer to see, and how many forms are remembered.
SHOWN_FOR, KEPT = 5 * 60, 50


@dataclass(frozen=True, slots=True)
class Till:
    """A cashier at a store, and the programme's rules of this moment."""

    cashier: User
    store: StoreTerms
    rulebook: Rulebook


TillView = Callable[Concatenate[HttpRequest, Till, P], HttpResponse]


@dataclass(frozen=True, slots=True)
class LastReceipt:
    """What was recorded last in this browser: a purchase's or a return's id."""

    kind: str
    id: int
    is_repeated: bool
    tier_changed: bool = False


def cashier_of(request: HttpRequest) -> User:
    """Whoever is signed in, if they may work at the counter. Raises PermissionDenied."""
    if not isinstance(request.user, User) or not request.user.has_perms(PERMISSIONS):
        raise PermissionDenied
    return request.user


def active_stores(rulebook: Rulebook) -> list[StoreTerms]:
    """The stores that record purchases, shops first."""
    stores = [store for store in rulebook.stores.values() if store.is_active]
    return sorted(stores, key=lambda store: (store.channel != "shop", str(store.names)))


def store_of(request: HttpRequest, rulebook: Rulebook) -> StoreTerms | None:
    """The store this browser stands in; the only one where there is one; None until somebody has chosen."""
    stores = active_stores(rulebook)
    if len(stores) == 1:
        return stores[0]
    chosen = request.get_signed_cookie(STORE_COOKIE, default="", salt=STORE_SALT)
    return next((store for store in stores if str(store.id) == chosen), None)


def remember_store(response: HttpResponse, store_id: int) -> None:
    """Let this browser stand in a store from now on."""
    response.set_signed_cookie(
        STORE_COOKIE,
        str(store_id),
        salt=STORE_SALT,
        max_age=A_YEAR,
        httponly=True,
        secure=settings.SESSION_COOKIE_SECURE,
        samesite="Lax",
    )


def counter_page(view: TillView[P]) -> Page[P]:
    """Give the view who works at which store; visitors are sent to sign in, others refused, a new tablet asks where."""

    @wraps(view)
    @signed_in
    def page(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        cashier, rulebook = cashier_of(request), current_rulebook()
        store = store_of(request, rulebook)
        if store is None:
            return redirect("members:counter_store")
        return view(request, Till(cashier, store, rulebook), *args, **kwargs)

    return page


def show_next(request: HttpRequest, last: LastReceipt, key: uuid.UUID | None = None) -> None:
    """Show a receipt on the first page, and remember that a form is done with."""
    request.session[LAST] = [last.kind, last.id, last.is_repeated, last.tier_changed, time.time()]
    if key is not None:
        request.session[FINISHED] = [*request.session.get(FINISHED, [])[1 - KEPT :], key.hex]


def last_receipt(request: HttpRequest) -> LastReceipt | None:
    """What was recorded a moment ago; a screen that is left alone forgets it."""
    stored = request.session.get(LAST)
    if not stored or time.time() - stored[4] > SHOWN_FOR:
        return None
    return LastReceipt(*stored[:4])


def forget_last(request: HttpRequest) -> None:
    """Clear the screen for the next customer."""
    request.session.pop(LAST, None)


def is_finished(request: HttpRequest, key: uuid.UUID) -> bool:
    """Whether this form's receipt was recorded: somebody went back, or sent it twice."""
    return key.hex in request.session.get(FINISHED, [])
