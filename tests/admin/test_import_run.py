"""Files through the admin: sent in, watched, and their rejected rows fetched again."""

from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from members.models import ImportRun, ImportStatus, Store
from tests.admin.staff_scenes import NOW, as_role
from tests.factories import StoreFactory

pytestmark = pytest.mark.django_db

LIST = "/admin/members/importrun/"


def upload(client: Client, **answers: Any) -> Any:
    file = SimpleUploadedFile("may.csv", b"external_id,occurred_at,amount,member\n")
    return client.post(f"{LIST}add/", {"kind": "purchases", "file": file, **answers})


def run_of(store: Store, **fields: Any) -> ImportRun:
    return ImportRun.objects.create(
        **{
            "kind": "purchases",
            "store": store,
            "file": "may.csv",
            "file_name": "may.csv",
            "bytes_total": 200,
            "bytes_read": 50,
            "created_at": NOW,
            **fields,
        }
    )


def test_a_file_is_kept_and_its_page_shows_how_far_it_is() -> None:
    client, store = as_role("manager"), StoreFactory.create()

    answer = upload(client, store=store.pk, enrol="on", columns="member=customer\namount = total")

    run = ImportRun.objects.get()
    assert answer.headers["Location"] == f"{LIST}{run.pk}/change/"
    assert (run.store, run.enrol, run.dry_run) == (store, True, False)
    assert run.column_map == {"member": "customer", "amount": "total"}
    assert client.get(answer.headers["Location"]).status_code == 200


@pytest.mark.parametrize(
    ("answers", "message"),
    [
        ({}, "Choose the store"),
        ({"columns": "nonsense"}, "Write each as field=column"),
        ({"file": ""}, "required"),
    ],
)
def test_a_form_that_misses_something_says_so(answers: dict[str, Any], message: str) -> None:
    page = upload(as_role("manager"), **answers).content.decode()

    assert message in page
    assert "Nothing was imported." in page
    assert not ImportRun.objects.exists()


def test_the_page_renews_itself_with_and_without_scripts_until_it_is_done() -> None:
    client, run = as_role("manager"), run_of(StoreFactory.create(), status=ImportStatus.RUNNING)

    page = client.get(f"{LIST}{run.pk}/change/").content.decode()
    assert 'hx-trigger="every 2s"' in page
    assert '<noscript><meta http-equiv="refresh"' in page
    assert "25 % read" in page

    fragment = client.get(f"{LIST}{run.pk}/change/", headers={"HX-Request": "true"}).content.decode()
    assert fragment.startswith('<div id="progress"')

    ImportRun.objects.update(status=ImportStatus.DONE)
    done = client.get(f"{LIST}{run.pk}/change/").content.decode()
    assert "hx-trigger" not in done
    assert "refresh" not in done


def test_rejected_rows_are_fetched_by_a_manager_alone() -> None:
    run = run_of(StoreFactory.create(), status=ImportStatus.DONE, rejected=1)
    run.rejects.save("may.rejects.csv", ContentFile(b"line,reason\n2,no such member\n"))
    address = f"{LIST}{run.pk}/rejects/"

    answer: Any = as_role("manager").get(address)

    assert b"".join(answer.streaming_content) == b"line,reason\n2,no such member\n"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="rejects.csv"'
    assert as_role("service").get(address).status_code == 403


def test_there_is_nothing_to_fetch_where_nothing_was_rejected() -> None:
    run = run_of(StoreFactory.create())

    assert as_role("manager").get(f"{LIST}{run.pk}/rejects/").status_code == 404


@pytest.mark.parametrize("role", ["service", "marketing", "analysis", "data-protection", "cashier"])
def test_only_a_manager_sends_files_in(role: str) -> None:
    store = StoreFactory.create()

    assert upload(as_role(role), store=store.pk).status_code == 403
    assert not ImportRun.objects.exists()
