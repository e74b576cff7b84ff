"""Files of any shape: nothing crashes, every row is accounted for, and what is mended can be imported again."""

import csv
import io
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from members import clock
from members.exceptions import DomainError
from members.models import ImportKind, Member, MemberStatus, Purchase, Store, Transfer
from members.services import imports
from members.services.imports import ImportCounts, ImportSettings, import_file
from members.services.ledger import settle_members
from tests.factories import EarningRuleVersionFactory, MemberFactory, StoreFactory
from tests.members.broken_files import CARDS, FILES, GOOD, HEADER, OTHER, BrokenFile, filled, lines
from tests.members.ledger_scenes import NOW, balance

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop() -> Store:
    EarningRuleVersionFactory.create()
    return StoreFactory.create()


@pytest.fixture
def mei() -> Member:
    """The member whose card the files name, with two cards out of use."""
    mei = MemberFactory.create(number=CARDS["CARD"])
    MemberFactory.create(number=CARDS["MERGED"], status=MemberStatus.MERGED, merged_into=mei)
    MemberFactory.create(number=CARDS["CLOSED"], status=MemberStatus.CLOSED)
    return mei


@dataclass
class Imported:
    """What came of an import: counts, the rejects file and what was said of the file."""

    counts: ImportCounts
    rejects: list[list[str]]
    error: str = ""


def bring_in(folder: Path, content: bytes, shop: Store, name: str = "file.csv", **options: Any) -> Imported:
    path, counts, rejects = folder / name, ImportCounts(), folder / f"{name}.rejects"
    path.write_bytes(content)
    settings = ImportSettings(options.pop("kind", ImportKind.PURCHASES), shop, **options)
    error = ""

    def on_progress(so_far: ImportCounts, read: int, total: int) -> None:
        nonlocal counts
        counts = so_far
        assert 0 <= read <= total

    try:
        import_file(
            path=path,
            settings=settings,
            rejects=lambda: rejects.open("w", encoding="utf-8", newline=""),
            on_progress=on_progress,
            now=lambda: NOW,
        )
    except DomainError as problem:
        error = str(problem)
    return Imported(counts, rows_of(rejects) if rejects.exists() else [], error)


def rows_of(rejects: Path) -> list[list[str]]:
    """What a rejects file says; also of cells that are longer than an import reads."""
    limit = csv.field_size_limit(1_000_000)
    with rejects.open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))
    csv.field_size_limit(limit)
    rejects.unlink()
    return rows


def test_the_corpus_is_large_and_names_each_file_once() -> None:
    assert len(FILES) >= 40
    assert len({file.name for file in FILES}) == len(FILES)


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_every_row_is_accounted_for(file: BrokenFile, tmp_path: Path, mei: Member, shop: Store) -> None:
    first = bring_in(tmp_path, file.content, shop)

    counts = first.counts
    assert (counts.recorded, counts.known, counts.rejected) == (file.recorded, file.known, file.rejected)
    assert counts.rows == counts.recorded + counts.known + counts.rejected
    assert bool(first.error) == bool(file.error)
    assert file.error in first.error
    assert len(first.rejects) == (file.rejected and file.rejected + 1)
    for row in first.rejects[1:]:
        assert int(row[-2]) >= 2
        assert row[-1]
        assert file.reason in row[-1]
    assert Purchase.objects.count() == file.recorded

    again = bring_in(tmp_path, file.content, shop).counts

    assert (again.recorded, again.known) == (0, file.recorded + file.known)
    assert again.rejected == file.rejected
    assert Purchase.objects.count() == file.recorded


@pytest.mark.parametrize(
    ("broken", "mended"),
    [
        ("r-9,CARD,2026-02-29,10.00", "r-9,CARD,2026-02-28,10.00"),
        ('r-9,CARD,2026-06-01,"1,000.00"', "r-9,CARD,2026-06-01,1000.00"),
        ("r-9,nobody,2026-06-01,10.00", "r-9,CARD,2026-06-01,10.00"),
        ("r-9,CARD,2026-06-01", "r-9,CARD,2026-06-01,10.00"),
        ('"r-9,CARD,2026-06-01,10.00', "r-9,CARD,2026-06-01,10.00"),
    ],
)
def test_a_mended_rejects_file_can_be_imported(
    broken: str, mended: str, tmp_path: Path, mei: Member, shop: Store
) -> None:
    rejects = bring_in(tmp_path, lines(GOOD, broken, OTHER), shop).rejects

    header, [*_, line, reason] = rejects
    assert header == [*HEADER.split(","), "line", "reason"]
    assert line == "3"
    good = io.StringIO()
    csv.writer(good).writerows([header, [*filled(mended).split(","), line, reason]])
    result = bring_in(tmp_path, good.getvalue().encode(), shop, "mended.csv")
    assert (result.counts.recorded, result.counts.rejected, result.error) == (1, 0, "")


def test_a_cell_that_a_spreadsheet_would_run_is_kept_from_running(tmp_path: Path, mei: Member, shop: Store) -> None:
    names = ["=1+1", "+1", "-1", "@SUM(A1)", "\tx", "\rx"]
    rows = [f'r-{place},"{name}",2026-06-01,1' for place, name in enumerate(names)]

    result = bring_in(tmp_path, lines(*rows, "r-9,nobody,2026-06-01,-5"), shop)

    assert [row[1] for row in result.rejects[1:]] == ["'=1+1", "'+1", "'-1", "'@SUM(A1)", "'\tx", "'\rx", "nobody"]
    # What it means is still the same: an amount below zero, and imported again the number without the mark.
    assert result.rejects[-1][3] == "'-5"
    again = io.StringIO()
    csv.writer(again).writerows(result.rejects)
    assert bring_in(tmp_path, again.getvalue().encode(), shop).rejects == result.rejects


def many_rows(count: int) -> bytes:
    return lines(*[f"r-{number},C{number % 50:04},2026-06-01,10.00" for number in range(count)])


@pytest.mark.parametrize("stop_after", [1, 2, 3])
def test_an_import_that_is_interrupted_goes_on_where_it_stopped(
    stop_after: int, tmp_path: Path, shop: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(imports, "CHUNK", 40)
    path = tmp_path / "file.csv"
    path.write_bytes(many_rows(150))
    chunks = iter(range(1, 10))

    def stop(counts: ImportCounts, read: int, total: int) -> None:
        if next(chunks) == stop_after:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        import_file(
            path=path,
            settings=ImportSettings(ImportKind.PURCHASES, shop, enrol=True),
            rejects=io.StringIO,
            on_progress=stop,
            now=lambda: NOW,
        )
    kept = Purchase.objects.count()
    rest = bring_in(tmp_path, many_rows(150), shop, enrol=True).counts

    assert kept == stop_after * 40
    assert (rest.rows, rest.known, rest.recorded, rest.rejected) == (150, kept, 150 - kept, 0)
    assert (Purchase.objects.count(), Transfer.objects.count(), Member.objects.count()) == (150, 150, 50)


def test_a_dry_run_says_the_same_and_changes_nothing(tmp_path: Path, shop: Store) -> None:
    content = many_rows(60) + b"r-99,C0001,2026-02-29,1\n"

    tried = bring_in(tmp_path, content, shop, enrol=True, dry_run=True)
    nothing = (Purchase.objects.count(), Transfer.objects.count(), Member.objects.count())
    done = bring_in(tmp_path, content, shop, enrol=True)

    assert nothing == (0, 0, 0)
    assert (tried.counts, tried.rejects) == (done.counts, done.rejects)
    assert done.counts.recorded == 60


def test_opening_balances_keep_their_last_day_and_are_posted_once(tmp_path: Path, mei: Member, shop: Store) -> None:
    content = lines(
        "CARD,500,2026-12-31,a", "CARD,70,,b", "CARD,5,2026-06-09,c", "CARD,0,,d", "CARD,1.5,,e", "new,9,,f",
        header="member,points,expires_on,reference",
    )  # fmt: skip

    results = [bring_in(tmp_path, content, shop, kind=ImportKind.BALANCES, enrol=True) for _ in range(2)]

    assert [(r.counts.recorded, r.counts.known, r.counts.rejected) for r in results] == [(3, 0, 3), (0, 3, 3)]
    assert "expired" in results[0].rejects[1][-1]
    assert balance(mei) == (570, 0, 0)
    settle_members(member_ids=[mei.pk], now=clock.day_end(date(2026, 12, 31)))
    assert balance(mei) == (70, 0, 0)
