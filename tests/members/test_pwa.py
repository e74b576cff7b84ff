"""The portal as an app: manifest, icons, service worker, offline pages, and what a device may keep."""

import json
import re
from datetime import timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.contrib.staticfiles import finders
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries, Settings

from config.checks import check_look
from members.app_icons import chunks, recoloured
from members.colours import parse
from members.models import Member
from members.services.closures import close_member
from members.views import pwa
from tests.factories import PASSWORD
from tests.members.identity_scenes import give, staff
from tests.members.page_scenes import NOW, member_who_signs_in, signed_in, text_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("afternoon")]

READER = re.compile(r'<meta name="reader" content="(\w*)"')


def manifest(language: str = "en") -> dict[str, Any]:
    response = Client().get(f"/manifest/{language}.webmanifest")
    assert response["Content-Type"] == "application/manifest+json"
    content: dict[str, Any] = json.loads(response.content)
    return content


def worker_settings(client: Client | None = None) -> dict[str, Any]:
    script = (client or Client()).get("/service-worker.js").content.decode()
    content: dict[str, Any] = json.loads(script.partition("self.portal = ")[2].partition(";\n")[0])
    return content


def reader(client: Client, path: str = "/") -> str:
    found = READER.search(client.get(path).content.decode())
    assert found is not None
    return found[1]


def test_the_manifest_has_what_browsers_ask_of_an_app(settings: Settings) -> None:
    settings.PROGRAMME_NAME = "Lantern Coffee & Books"

    content = manifest()

    assert content["name"] == "Lantern Coffee & Books"
    assert len(content["short_name"]) <= 12
    assert (content["id"], content["start_url"], content["scope"], content["display"]) == ("/", "/", "/", "standalone")
    assert {(icon["sizes"], icon["purpose"]) for icon in content["icons"]} == {
        ("192x192", "any"),
        ("512x512", "any"),
        ("192x192", "maskable"),
        ("512x512", "maskable"),
    }


@pytest.mark.parametrize(
    ("language", "tag", "card"),
    [("en", "en", "Card"), ("zh-hans", "zh-Hans", "会员卡"), ("zh-hant", "zh-Hant", "會員卡")],
)
def test_each_language_has_its_manifest(language: str, tag: str, card: str) -> None:
    content = manifest(language)

    assert content["lang"] == tag
    assert content["shortcuts"][0]["short_name"] == card


def test_pages_name_the_manifest_of_their_own_language() -> None:
    page = signed_in(member_who_signs_in(language="zh-hant")).get("/").content.decode()

    assert '<link rel="manifest" href="/manifest/zh-hant.webmanifest">' in page
    assert '<link rel="apple-touch-icon" href="/app-icons/apple-180.png">' in page
    assert page.count('<meta name="theme-color"') == 2


def test_the_colour_before_the_first_page_is_the_papers() -> None:
    tokens = Path(str(finders.find("css/tokens.css"))).read_text()

    assert f"--paper: light-dark({manifest()['background_color']}," in tokens


@pytest.mark.parametrize("name", pwa.ICONS)
def test_an_icon_is_a_png_of_its_size(name: str) -> None:
    response = Client().get(f"/app-icons/{name}.png")

    assert response["Content-Type"] == "image/png"
    size = int(name.rpartition("-")[2]).to_bytes(4, "big")
    assert dict(chunks(response.content))[b"IHDR"][:8] == size * 2


@pytest.mark.parametrize("name", [name for name in pwa.ICONS if not name.startswith("app-")])
def test_icons_that_systems_cut_themselves_are_filled_to_the_edge(name: str) -> None:
    assert b"tRNS" not in dict(chunks(pwa.drawing(name)))


@pytest.mark.parametrize(("colour", "ink"), [("#00754a", b"\xff\xff\xff"), ("#f2c94c", bytes((33, 24, 8)))])
def test_icons_have_the_programmes_colour_and_an_ink_that_stands_out(
    settings: Settings, colour: str, ink: bytes
) -> None:
    settings.PROGRAMME_COLOUR = colour

    colours = dict(chunks(Client().get("/app-icons/app-192.png").content))[b"PLTE"]

    assert colours[:3] == bytes(parse(colour))
    assert colours[127 * 3 : 128 * 3] == ink


def test_recolouring_touches_nothing_but_the_colours() -> None:
    drawing = pwa.drawing("app-512")

    twice = recoloured(recoloured(drawing, parse("#123456")), parse(pwa.PERSIMMON))

    assert twice == drawing


def test_a_programme_may_bring_its_own_icon(settings: Settings, tmp_path: Path) -> None:
    own = tmp_path / "icon.png"
    own.write_bytes(b"a picture")
    settings.PROGRAMME_APP_ICON = str(own)

    assert Client().get("/app-icons/app-512.png").content == b"a picture"


@pytest.mark.parametrize(("path", "found"), [("/no/icon.svg", "look.E2"), ("/no/icon.png", "look.E3")])
def test_an_icon_that_cannot_be_shown_is_found_before_the_start(settings: Settings, path: str, found: str) -> None:
    settings.PROGRAMME_APP_ICON = path

    assert [message.id for message in check_look()] == [found]


@pytest.mark.parametrize("path", ["/app-icons/other.png", "/manifest/fr.webmanifest", "/offline/fr/"])
def test_what_there_is_not_is_not_found(path: str) -> None:
    assert Client().get(path).status_code == 404


def test_the_service_worker_is_the_whole_portals() -> None:
    response = Client().get("/service-worker.js")

    assert response["Content-Type"].startswith("text/javascript")
    assert b'importScripts("/static/js/service-worker.js")' in response.content
    assert "worker-src 'self'" in response["Content-Security-Policy"]
    assert "script-src 'self'" in response["Content-Security-Policy"]


def test_the_service_worker_leaves_staff_sign_in_and_the_api_alone() -> None:
    untouched = worker_settings()["untouched"]

    for name in ("admin:index", "account_login", "account_logout", "api:docs", "set_language"):
        assert reverse(name).startswith(tuple(untouched)), name
    assert "/counter/" in untouched


def test_what_the_service_worker_fetches_exists() -> None:
    known = worker_settings()

    assert known["cards"] == ["/card/", "/card/show/"]
    for language in known["languages"]:
        assert Client().get(f"{known['offline']}{language}/").status_code == 200


def test_an_upgrade_of_the_static_files_is_another_version(monkeypatch: pytest.MonkeyPatch) -> None:
    versions = []
    for manifest_hash in ("one", "one", "two"):
        pwa.version.cache_clear()
        monkeypatch.setattr(pwa, "staticfiles_storage", SimpleNamespace(manifest_hash=manifest_hash))
        versions.append(worker_settings()["version"])
    pwa.version.cache_clear()

    assert versions[0] == versions[1] != versions[2]


@pytest.mark.parametrize(("language", "tag"), [("en", "en"), ("zh-hans", "zh-Hans"), ("zh-hant", "zh-Hant")])
def test_the_offline_page_speaks_each_language_whoever_asks(language: str, tag: str) -> None:
    response = Client(headers={"Accept-Language": "zh-hant" if language == "en" else "en"}).get(f"/offline/{language}/")

    assert f'<html lang="{tag}">' in text_of(response)
    assert response["Content-Language"] == language


def test_the_offline_page_is_nobodys_even_when_somebody_asks() -> None:
    member = member_who_signs_in("Mei")

    mine, nobodys = signed_in(member).get("/offline/en/"), Client().get("/offline/en/")

    assert mine.content == nobodys.content
    assert "csrfmiddlewaretoken" not in text_of(mine)
    assert not mine.cookies


def test_the_card_at_the_till_says_from_when_its_points_are() -> None:
    member = member_who_signs_in("Mei", number="482109375516")
    give(member, 200, now=NOW)

    page = text_of(signed_in(member).get("/card/show/"))

    assert "4821 0937 5516" in page
    assert "<b>200 points</b>" in page
    assert "As of 4:15 p.m." in page
    assert "As of June 10, 2026, 4:15 p.m." in page
    assert 'datetime="2026-06-10T16:15:00+08:00"' in page


def test_the_card_is_reached_without_scripts() -> None:
    client = signed_in(member_who_signs_in())

    assert 'href="/card/show/"' in text_of(client.get("/card/"))
    assert 'href="/card/"' in text_of(client.get("/card/show/"))


def test_the_code_is_one_that_phones_read_too() -> None:
    page = text_of(signed_in(member_who_signs_in(number="482109375516")).get("/card/"))

    # 21 modules and a margin of 4 on each side, as the standard asks; a Micro QR code would have fewer.
    assert '<svg viewBox="0 0 29 29">' in page


def test_what_a_device_keeps_has_neither_email_nor_forms_in_it() -> None:
    member = member_who_signs_in("Mei")
    assert member.user is not None

    response = signed_in(member).get("/card/show/")

    page = text_of(response)
    assert member.user.email not in page
    assert "csrfmiddlewaretoken" not in page
    assert "<form" not in page
    assert "no-store" in response["Cache-Control"]


@pytest.mark.parametrize("path", ["/", "/card/", "/points/", "/profile/", "/offline/en/", "/accounts/email/"])
def test_no_other_page_may_be_kept(path: str) -> None:
    response = signed_in(member_who_signs_in()).get(path)

    assert response.status_code == 200
    assert "Offline-Until" not in response


def test_staff_without_a_card_leave_nothing() -> None:
    client = Client()
    client.force_login(staff("service", "Sam"), backend="django.contrib.auth.backends.ModelBackend")

    assert "Offline-Until" not in client.get("/card/show/")


@pytest.mark.parametrize(("remember", "kept"), [(True, timedelta(days=30)), (False, timedelta(hours=12))])
def test_a_copy_lasts_as_long_as_the_sign_in_was_meant_to(*, remember: bool, kept: timedelta) -> None:
    client = signed_in(member_who_signs_in())
    session = client.session
    session.set_expiry(int(timedelta(days=30).total_seconds()) if remember else 0)
    session.save()

    until = parsedate_to_datetime(client.get("/card/show/")["Offline-Until"])

    assert until == NOW + kept


def test_readers_are_told_apart_and_visitors_are_nobody() -> None:
    mei, tom = member_who_signs_in("Mei"), member_who_signs_in("Tom")

    readers = [reader(signed_in(mei)), reader(signed_in(mei), "/points/"), reader(signed_in(tom)), reader(Client())]

    assert readers[0] == readers[1] != readers[2]
    assert "" not in readers[:3]
    assert readers[3] == ""
    assert signed_in(mei).get("/card/show/")["Offline-Owner"] == readers[0]


def test_a_closed_account_reads_as_nobody() -> None:
    member = member_who_signs_in()
    client = signed_in(member)
    close_member(member_id=member.pk, actor=None, reason="asked for it", points_may_be_lost=True, now=NOW)

    assert reader(client) == ""


def sign_out(client: Client, member: Member) -> Any:
    return client.post("/accounts/logout/")


def sign_out_of_the_admin(client: Client, member: Member) -> Any:
    client.force_login(staff("service", "Sam"), backend="django.contrib.auth.backends.ModelBackend")
    return client.post("/admin/logout/")


def close_for_good(client: Client, member: Member) -> Any:
    return client.post("/profile/close/", {"agreed": "on"})


@pytest.mark.parametrize("leave", [sign_out, sign_out_of_the_admin, close_for_good])
def test_leaving_empties_what_the_browser_keeps(leave: Any) -> None:
    member = member_who_signs_in()
    client = signed_in(member)

    response = leave(client, member)

    assert "_auth_user_id" not in client.session
    assert response["Clear-Site-Data"] == '"storage"'


def test_nothing_is_emptied_otherwise() -> None:
    member = member_who_signs_in()
    client = signed_in(member)
    assert member.user is not None

    answers = [client.get("/"), client.get("/accounts/logout/"), Client().get("/"), Client().post("/accounts/logout/")]
    answers.append(Client().post("/accounts/login/", {"login": member.user.email, "password": PASSWORD}))

    assert not [answer for answer in answers if "Clear-Site-Data" in answer]


@pytest.mark.parametrize("path", ["/service-worker.js", "/manifest/en.webmanifest", "/app-icons/app-192.png"])
def test_what_every_page_brings_along_costs_no_query(
    django_assert_num_queries: DjangoAssertNumQueries, path: str
) -> None:
    with django_assert_num_queries(0):
        response = Client().get(path)

    assert "public" in response["Cache-Control"]
    assert response["ETag"]
