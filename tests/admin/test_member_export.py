"""The list of members as a file: complete, harmless in a spreadsheet, and on record."""

import csv
import io
import zipfile

import pytest
from django.http import HttpResponse

from members.models import AuditEntry, Member
from members.selectors import member_lists
from members.spreadsheets import csv_lines, neutral, plain
from tests.admin.staff_scenes import as_role
from tests.factories import MemberFactory

pytestmark = pytest.mark.django_db

EXPORT = "/admin/members/member/export/"


def rows_of(answer: HttpResponse) -> list[list[str]]:
    text = b"".join(answer.streaming_content).decode()  # type: ignore[attr-defined]
    assert text.startswith("\ufeff")
    return list(csv.reader(io.StringIO(text.removeprefix("\ufeff"))))


def test_the_page_says_how_many_and_what_before() -> None:
    MemberFactory.create_batch(3)

    page = as_role("manager").get(EXPORT).content.decode()

    assert "The file will hold 3 members" in page
    assert "Birthday" in page
    assert not AuditEntry.objects.filter(action="members.exported").exists()


def test_a_csv_has_everybody_and_leaves_an_audit_entry() -> None:
    member: Member = MemberFactory.create(name="Mei Lin", phone="+8613800138000", birth_month=2, birth_day=9)

    answer = as_role("manager").post(EXPORT, {"format": "csv", "purpose": "Letter to everybody"})

    header, row = rows_of(answer)  # type: ignore[arg-type]
    assert header[:3] == ["Card", "Name", "Phone"]
    assert row[:5] == [member.number, "Mei Lin", "'+8613800138000", member.email or "", "'--02-09"]
    entry = AuditEntry.objects.get(action="members.exported")
    assert entry.actor_label == "manager@staff.example"
    assert entry.details == {"members": 1, "format": "csv", "purpose": "Letter to everybody", "filters": {}}


def test_the_filters_of_the_list_hold() -> None:
    frozen = MemberFactory.create(name="Frozen", status="frozen")
    MemberFactory.create(name="Active")

    answer = as_role("manager").post(f"{EXPORT}?status__exact=frozen", {"format": "csv", "purpose": "Review"})

    assert [row[0] for row in rows_of(answer)[1:]] == [frozen.number]  # type: ignore[arg-type]
    assert AuditEntry.objects.get(action="members.exported").details["filters"] == {"status__exact": "frozen"}


def test_a_workbook_holds_texts_and_numbers_and_no_formula() -> None:
    MemberFactory.create(name='=HYPERLINK("http://evil.example")')

    answer = as_role("manager").post(EXPORT, {"format": "xlsx", "purpose": "Review"})

    book = zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content)))  # type: ignore[attr-defined]
    sheet = book.read("xl/worksheets/sheet1.xml").decode()
    assert "HYPERLINK" in sheet
    assert "<f>" not in sheet


def test_without_the_permission_there_is_no_file_and_no_button() -> None:
    MemberFactory.create()
    client = as_role("service")

    assert client.post(EXPORT, {"format": "csv", "purpose": "x"}).status_code == 403
    assert "Export…" not in client.get("/admin/members/member/").content.decode()
    assert "Export…" in as_role("manager").get("/admin/members/member/").content.decode()
    assert not AuditEntry.objects.filter(action="members.exported").exists()


def test_nobody_exports_without_saying_what_for() -> None:
    page = as_role("manager").post(EXPORT, {"format": "csv", "purpose": ""})

    assert page.status_code == 200
    assert not AuditEntry.objects.filter(action="members.exported").exists()


@pytest.mark.parametrize("text", ["=1+1", "+86", "-2", "@SUM(A1)", "\t=1", "\r=1", " =1", "＝1", "＠x"])
def test_what_a_spreadsheet_would_run_gets_an_apostrophe_and_loses_it_again(text: str) -> None:
    assert neutral(text) == f"'{text}"
    assert plain(f"'{text}") == text


@pytest.mark.parametrize("text", ["Mei", "O'Neil", "'quoted'", "5 - 3", "", "王伟"])
def test_other_texts_stay_as_they_are(text: str) -> None:
    assert neutral(text) == text
    assert plain(text) == text


def test_numbers_stay_numbers() -> None:
    assert list(csv_lines(["a"], [[-5]]))[2] == "-5\r\n"


def test_long_lists_are_read_in_pieces(monkeypatch: pytest.MonkeyPatch, django_assert_num_queries: object) -> None:
    MemberFactory.create_batch(5)
    monkeypatch.setattr(member_lists, "PIECE", 2)

    with django_assert_num_queries(5):  # type: ignore[operator]
        numbers = [row[0] for row in member_lists.rows(Member.objects.all())]

    assert numbers == list(Member.objects.order_by("pk").values_list("number", flat=True))
