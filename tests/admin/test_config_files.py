"""Small configuration out as a file and in again, with a preview."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from members.models import AuditEntry, Store, Tier
from tests.admin.staff_scenes import as_role, shop

pytestmark = pytest.mark.django_db

STORES = "/admin/members/store/"
HEADER = "code,channel,is_active,name_en,name_zh_hans,name_zh_hant\r\n"


def upload(client: Client, text: str, path: str = STORES) -> str:
    file = SimpleUploadedFile("stores.csv", text.encode())
    return client.post(f"{path}import/", {"file": file}).content.decode()


def test_what_goes_out_comes_in_again_without_a_change() -> None:
    shop()
    client = as_role("manager")
    text = client.post(f"{STORES}export/").content.decode()

    page = upload(client, text)

    assert text.startswith("\ufeffcode,channel")
    assert "The file says what is stored already." in page
    assert AuditEntry.objects.get(action="store.exported").details == {"rows": Store.objects.count()}


def test_tiers_go_out_with_amounts_as_people_write_them_and_come_in_again() -> None:
    Tier.objects.filter(rank=0).update(measure="spend")
    client = as_role("manager")
    text = client.post("/admin/members/tier/export/").content.decode()

    assert "The file says what is stored already." in upload(client, text, "/admin/members/tier/")


def test_the_preview_shows_old_and_new_and_stores_nothing() -> None:
    shop()

    page = upload(as_role("manager"), HEADER + "riverside,web,1,Riverside Books,,\r\nhill,shop,1,Hill,,\r\n")

    for text in ("Riverside Books", "past__old", "hill", "new"):
        assert text in page, text
    assert Store.objects.get().channel == "shop"


def test_confirming_stores_all_rows_and_writes_down_each() -> None:
    shop()
    client = as_role("manager")
    text = HEADER + "riverside,web,1,Riverside,,\r\nhill,shop,0,Hill,山丘店,\r\n"

    client.post(f"{STORES}import/", {"text": text, "confirm": "1"})

    assert Store.objects.get(code="riverside").channel == "web"
    hill = Store.objects.get(code="hill")
    assert (hill.is_active, hill.name_zh_hans) == (False, "山丘店")  # type: ignore[attr-defined]
    entries = AuditEntry.objects.filter(action="store.imported").order_by("pk")
    assert [entry.details["name"] for entry in entries] == ["riverside", "hill"]
    assert entries[0].details["fields"] == ["channel"]
    assert hill.history.count() == 1  # type: ignore[attr-defined]


def test_a_row_that_cannot_be_stored_keeps_the_whole_file_out() -> None:
    shop()
    client = as_role("manager")
    text = HEADER + "hill,shop,1,Hill,,\r\nriverside,boat,1,Riverside,,\r\n"

    page = upload(client, text)
    client.post(f"{STORES}import/", {"text": text, "confirm": "1"})

    assert "Nothing can be stored before these rows are mended" in page
    assert "boat" in page
    assert list(Store.objects.values_list("code", flat=True)) == ["riverside"]
    assert not AuditEntry.objects.filter(action="store.imported").exists()


@pytest.mark.parametrize("text", ["", "name\r\nx\r\n", "\x00"])
def test_a_file_that_is_none_says_what_to_do(text: str) -> None:
    client = as_role("manager")

    page = client.post(f"{STORES}import/", {"text": text, "confirm": "1"}, follow=True).content.decode()

    assert "Export one, change it, and send it back" in page


def test_formulas_in_names_do_not_survive_the_way_out() -> None:
    Store.objects.create(code="evil", name="=1+1", name_en="=1+1")
    client = as_role("marketing")

    assert ",'=1+1," in client.post(f"{STORES}export/").content.decode()


def test_rules_go_out_and_not_in() -> None:
    shop()
    client = as_role("manager")

    assert "rule__code" in client.post("/admin/members/earningrule/export/").content.decode()
    assert "Import…" not in client.get("/admin/members/earningrule/").content.decode()
    assert "Import…" in client.get(STORES).content.decode()


def test_who_may_only_look_may_export_and_not_import() -> None:
    client = as_role("marketing")

    assert client.post(f"{STORES}import/", {"text": HEADER, "confirm": "1"}).status_code == 403
    assert "Import…" not in client.get(STORES).content.decode()
