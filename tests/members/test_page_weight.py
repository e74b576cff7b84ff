"""No page weighs more than 150 kB without its pictures: HTML as it is, styles and scripts packed as they are served."""

import gzip
import re
from functools import cache
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import pytest
from django.contrib import admin
from django.contrib.staticfiles import finders
from django.test import Client
from django.urls import reverse
from pytest_django.fixtures import Settings

from members.models import Member
from tests.factories import MemberFactory, StoreFactory, UserFactory
from tests.members.page_scenes import member_who_signs_in, purchases, shop_with_rate, signed_in

MOST = 150_000
LINKED = re.compile(
    r"""<script[^>]+src="([^"]+)"|<link[^>]+rel="stylesheet"[^>]*href="([^"]+)"|<link[^>]+href="([^"]+)"[^>]*rel="stylesheet\""""
)
# What styles and scripts load in turn.
IMPORTED = re.compile(r"""(?:@import\s+(?:url\()?|\bimport\s+(?:[\w{},*\s]+\sfrom\s+)?)["']([^"']+)["']""")
VISITORS = [
    "/",
    "/accounts/login/",
    "/accounts/signup/",
    "/accounts/password/reset/",
    "/help/",
    "/nowhere/",
    "/api/problems/",
]
MEMBERS = [
    "/",
    "/points/",
    "/points/gift/",
    "/tiers/",
    "/card/",
    "/card/show/",
    "/profile/",
    "/profile/claim/",
    "/profile/close/",
    "/inbox/",
    "/accounts/email/",
    "/accounts/password/change/",
    "/accounts/2fa/",
]
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("afternoon")]


def weight(client: Client, path: str) -> int:
    """The bytes of a page and of every style and script that it loads."""
    page = client.get(path, follow=True)
    html = page.content.decode()
    assert "<html" in html, path
    linked = {urljoin(path, found) for groups in LINKED.findall(html) for found in groups if found}
    assert linked, path
    return len(page.content) + sum(served(client, address) for address in everything(linked))


def everything(addresses: set[str]) -> set[str]:
    """The addresses with what they import, and what that imports."""
    found = set(addresses)
    for address in addresses:
        if address.startswith("/static/"):
            found |= everything({urljoin(address, name) for name in IMPORTED.findall(source(address).decode())})
    return found


def served(client: Client, address: str) -> int:
    """A static file packed, as WhiteNoise keeps it; what a view makes, as it comes."""
    if address.startswith("/static/"):
        return packed(address)
    return len(client.get(address).content)


@cache
def packed(address: str) -> int:
    return len(gzip.compress(source(address)))


@cache
def source(address: str) -> bytes:
    found = finders.find(urlsplit(address).path.removeprefix("/static/"))
    assert found, address
    return Path(str(found)).read_bytes()


@pytest.fixture
def mei() -> Member:
    """Mei, with more entries than a page has room for."""
    member = member_who_signs_in("Mei")
    purchases(member, shop_with_rate(), 25)
    return member


@pytest.mark.parametrize("path", VISITORS)
def test_a_page_for_everybody_is_light(path: str) -> None:
    assert weight(Client(), path) <= MOST


def test_every_page_of_a_member_is_light(mei: Member) -> None:
    client = signed_in(mei)

    weights = {path: weight(client, path) for path in MEMBERS}

    assert {path: size for path, size in weights.items() if size > MOST} == {}


def test_every_page_of_the_staff_is_light(mei: Member, settings: Settings) -> None:
    purchases(MemberFactory.create(), StoreFactory.create(), 30)
    settings.STAFF_MFA_REQUIRED = False
    client = Client()
    operator = UserFactory.create(is_staff=True, is_superuser=True)
    client.force_login(operator, backend="django.contrib.auth.backends.ModelBackend")
    lists = [reverse(f"admin:{model._meta.label_lower.replace('.', '_')}_changelist") for model in admin.site._registry]
    pages = ["/admin/", "/staff/components/", "/counter/", *lists]
    pages.append(reverse("admin:members_member_change", args=[mei.pk]))

    weights = {path: weight(client, path) for path in pages}

    assert {path: size for path, size in weights.items() if size > MOST} == {}


def test_the_scale_sees_what_a_style_imports(mei: Member) -> None:
    """A scale that weighs only what it finds in the page would miss what comes after."""
    scripts = everything({"/static/css/admin-base.css"})

    assert len(scripts) > 1
    assert weight(signed_in(mei), "/") > packed("/static/css/components.css") + packed("/static/css/tokens.css")
