"""What SKUs are called and look like."""

from pathlib import Path

import pytest
from django.contrib.staticfiles import finders
from django.test import Client
from django.utils import translation

from members.exceptions import InvalidPicture, InvalidSku
from members.models import AuditEntry, Product
from members.pictures import NO_PICTURE, OF_CATEGORY, picture_names, product_picture, store_picture
from members.services.products import ProductEntry, save_products
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db
LATTE = ProductEntry(
    "COF-LATTE", {"en": "Latte", "zh-hans": "拿铁", "zh-hant": "拿鐵"}, category="Coffee", picture="latte"
)


def test_a_product_is_called_in_the_readers_language() -> None:
    save_products(entries=[LATTE])

    for language, name in LATTE.names.items():
        with translation.override(language):
            assert Product.objects.get().name == name


def test_what_is_sent_again_replaces_what_was_known() -> None:
    save_products(entries=[LATTE])

    assert save_products(entries=[LATTE, ProductEntry("COF-LATTE", {"zh-hant": "  那堤 "})]) == 1

    known = Product.objects.values_list("name_en", "name_zh_hans", "name_zh_hant", "category", "picture")
    assert known.get() == ("那堤", None, "那堤", "", "")


def test_a_product_without_a_name_is_called_by_its_sku() -> None:
    save_products(entries=[ProductEntry("X-1")])

    assert Product.objects.get().name == "X-1"


@pytest.mark.parametrize(
    ("wrong", "error"),
    [(ProductEntry("  "), InvalidSku), (ProductEntry("X-1", picture="../../etc/passwd"), InvalidPicture)],
)
def test_one_wrong_product_and_none_is_stored(wrong: ProductEntry, error: type[Exception]) -> None:
    with pytest.raises(error):
        save_products(entries=[LATTE, wrong])

    assert not Product.objects.exists()


def test_pictures_of_categories_are_there_and_a_missing_one_is_a_parcel() -> None:
    assert {NO_PICTURE, *OF_CATEGORY.values()} <= set(picture_names("products"))
    assert "latte" in product_picture("", "COFFEE")
    assert NO_PICTURE in product_picture("", "Fishing tackle")
    assert store_picture("") == ""


def test_a_picture_that_is_gone_fails_no_page(monkeypatch: pytest.MonkeyPatch) -> None:
    def strict(path: str) -> str:
        if "gone" in path:
            raise ValueError(path)
        return path

    monkeypatch.setattr("members.pictures.static", strict)

    assert NO_PICTURE in product_picture("gone")
    assert store_picture("gone") == ""


@pytest.mark.parametrize("folder", ["products", "stores", "personas"])
def test_drawings_are_small_and_harmless(folder: str) -> None:
    names = picture_names(folder)

    assert names
    for name in names:
        path = finders.find(f"img/{folder}/{name}.svg")
        assert path is not None
        drawing = Path(path).read_text(encoding="utf-8")
        assert len(drawing) < 12_000, name
        assert "<script" not in drawing
        assert drawing.count("http") == drawing.count("http://www.w3.org/") == 1
        assert "prefers-color-scheme:dark" in drawing


def test_staff_add_a_product_with_one_of_the_drawings(client: Client) -> None:
    client.force_login(
        UserFactory.create(is_staff=True, is_superuser=True), backend="django.contrib.auth.backends.ModelBackend"
    )
    form = {"sku": "X-1", "category": "Coffee", "name_en": "Latte", "picture": "latte"}

    refused = client.post("/admin/members/product/add/", {**form, "picture": "gone"})
    added = client.post("/admin/members/product/add/", form)

    assert refused.status_code == 200
    assert added.status_code == 302
    assert Product.objects.get().picture == "latte"
    assert AuditEntry.objects.filter(action="product.added").count() == 1
    assert "/img/products/latte" in client.get("/admin/members/product/").content.decode()
