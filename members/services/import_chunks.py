"""A chunk of an import: its rows turned into receipts or balances, members found or enrolled, everything recorded."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from django.utils.translation import gettext

from members import clock
from members.emails import normalise_email
from members.exceptions import DomainError
from members.import_files import FileRow
from members.import_rows import (
    Columns,
    RejectedRow,
    identity,
    read_amount,
    read_currency,
    read_day,
    read_id,
    read_moment,
    read_points,
    read_quantity,
    read_text,
)
from members.member_numbers import LENGTH as CARD_LENGTH
from members.member_numbers import parse as parse_number
from members.models import Channel, Member, Store
from members.phones import normalise_phone
from members.selectors.enrolments import EnrolmentKey, KnownMember, KnownMembers
from members.selectors.members import followed
from members.services.consolidations import OpeningBalance, open_balances
from members.services.enrolment_drafts import Enrolment
from members.services.enrolments import enrol_members
from members.services.purchases import record_purchases
from members.services.receipts import Receipt, ReceiptLine


@dataclass(slots=True)
class Outcome:
    """What became of a row."""

    status: Literal["recorded", "known", "rejected"] = "rejected"
    reason: str = ""


@dataclass(slots=True)
class Person:
    """Whom a row names: a card's number, or keys that lead to a member."""

    number: str
    keys: tuple[EnrolmentKey, ...]
    name: str
    since: datetime


@dataclass
class Chunk:
    """Some rows of a file, their outcomes in the same order."""

    rows: list[FileRow]
    columns: Columns
    store: Store | None
    enrol: bool
    now: datetime
    outcomes: list[Outcome] = field(default_factory=list)

    def reset(self) -> None:
        """Start again: the transaction is run once more."""
        self.outcomes = [Outcome() for _ in self.rows]

    @property
    def source(self) -> str:
        """Whose customer numbers the file uses."""
        return self.store.code if self.store else "import"


@dataclass(slots=True)
class _Parsed:
    index: int
    cells: Mapping[str, str]
    person: Person


def record_purchase_rows(chunk: Chunk) -> None:
    """Record the rows as purchases, in the running transaction; a constant number of statements."""
    parsed = _parse(chunk, lambda cells: read_moment(cells["occurred_at"]))
    receipts: list[tuple[int, Receipt]] = []
    for row, number in _numbers(chunk, parsed):
        try:
            receipts.append((row.index, _receipt(chunk, row, number)))
        except RejectedRow as error:
            chunk.outcomes[row.index].reason = str(error)
    results = record_purchases(receipts=[receipt for _, receipt in receipts], now=chunk.now) if receipts else []
    for (index, _), result in zip(receipts, results, strict=True):
        outcome = chunk.outcomes[index]
        if result.error:
            outcome.reason = str(result.error)
        else:
            outcome.status = "known" if result.status == "known" else "recorded"


def _receipt(chunk: Chunk, row: _Parsed, number: str) -> Receipt:
    cells = row.cells
    amount = read_amount(cells["amount"])
    line = ReceiptLine(
        amount,
        read_text(cells.get("sku", "")),
        read_text(cells.get("category", "")),
        read_quantity(cells.get("quantity", "")),
    )
    return Receipt(
        store_id=chunk.store.pk if chunk.store else 0,
        external_id=read_id(cells["external_id"]),
        member_number=number,
        occurred_at=row.person.since,
        amount=amount,
        currency=read_currency(cells.get("currency", "")),
        lines=(line,),
    )


def record_balance_rows(chunk: Chunk) -> None:
    """Post the rows as opening balances, in the running transaction; a constant number of statements."""
    parsed = _parse(chunk, lambda cells: chunk.now)
    balances: list[tuple[int, OpeningBalance]] = []
    numbered = _numbers(chunk, parsed)
    ids = dict(Member.objects.filter(number__in={number for _, number in numbered}).values_list("number", "pk"))
    for row, number in numbered:
        try:
            balances.append((row.index, _balance(chunk, row, ids[number])))
        except RejectedRow as error:
            chunk.outcomes[row.index].reason = str(error)
    posted = open_balances(balances=[b for _, b in balances], source=chunk.source, now=chunk.now) if balances else []
    for (index, _), is_new in zip(balances, posted, strict=True):
        chunk.outcomes[index].status = "recorded" if is_new else "known"


def _balance(chunk: Chunk, row: _Parsed, member_id: int) -> OpeningBalance:
    cells = row.cells
    points = read_points(cells["points"])
    expires_at = None
    if cells.get("expires_on"):
        day = read_day(cells["expires_on"])
        expires_at = clock.day_end(day)
        if expires_at <= chunk.now:
            raise RejectedRow(gettext("These points expired on %(day)s already."), day=day.isoformat())
    # Without a reference of its own, a member's points with one last day are one balance.
    reference = cells.get("reference") or f"{member_id}:{cells.get('expires_on') or 'never'}"
    return OpeningBalance(member_id, points, read_text(reference), expires_at)


def _parse(chunk: Chunk, since: Callable[[Mapping[str, str]], datetime]) -> list[_Parsed]:
    parsed = []
    for index, row in enumerate(chunk.rows):
        try:
            cells = _cells(chunk, row)
            parsed.append(_Parsed(index, cells, _person(chunk, cells, since(cells))))
        except (RejectedRow, DomainError) as error:
            chunk.outcomes[index].reason = str(error)
    return parsed


def _cells(chunk: Chunk, row: FileRow) -> dict[str, str]:
    if row.problem:
        raise RejectedRow(row.problem)
    return chunk.columns.cells(row.cells)


def _person(chunk: Chunk, cells: Mapping[str, str], since: datetime) -> Person:
    """The member column holds a card's number if it looks like one, else the shop's own number for the customer."""
    member, phone, email = identity(cells)
    number = parse_number(member) or ""
    if member.isdigit() and len(member) == CARD_LENGTH and not number:
        # Enrolling somebody under a mistyped card would hide the mistake for ever.
        raise RejectedRow(gettext("%(number)s looks like a card, but its check digit is wrong."), number=member)
    keys = []
    if member and not number:
        keys.append(EnrolmentKey("external_id", (chunk.source, member)))
    if cells.get("customer"):
        keys.append(EnrolmentKey("external_id", (chunk.source, read_text(cells["customer"]))))
    if phone:
        keys.append(EnrolmentKey("phone", normalise_phone(phone)))
    if email:
        keys.append(EnrolmentKey("email", normalise_email(email)))
    return Person(number, tuple(keys), cells.get("name", ""), since)


def _numbers(chunk: Chunk, parsed: list[_Parsed]) -> list[tuple[_Parsed, str]]:
    """The card number of each row's member; who is not found is enrolled, if that is asked for, or rejected."""
    by_number = {row.person.number for row in parsed if row.person.number}
    cards = _cards(by_number)
    by_key = [row for row in parsed if not row.person.number]
    known = KnownMembers.load({key for row in by_key for key in row.person.keys})
    if chunk.enrol:
        _enrol(chunk, [row for row in by_key if not known.find(row.person.keys)], known)
    found: list[tuple[_Parsed, str]] = []
    for row in parsed:
        if row.person.number:
            number = cards.get(row.person.number, "")
        else:
            match = known.find(row.person.keys)
            number = match[0].number if match else ""
        if number:
            found.append((row, number))
        elif not chunk.outcomes[row.index].reason:
            chunk.outcomes[row.index].reason = gettext(
                "No member has this number, phone or email; import with enrolment to add them."
            )
    return found


def _cards(numbers: set[str]) -> dict[str, str]:
    """Card numbers that exist, with the number of the card that took over where two were merged."""
    members = Member.objects.filter(number__in=numbers).select_related("merged_into") if numbers else ()
    cards = {}
    for member in members:
        heir = followed(member)
        cards[member.number] = heir.number if heir else member.number
    return cards


def _enrol(chunk: Chunk, rows: list[_Parsed], known: KnownMembers) -> None:
    firsts: dict[tuple[EnrolmentKey, ...], _Parsed] = {}
    since: dict[tuple[EnrolmentKey, ...], datetime] = {}
    for row in rows:
        firsts.setdefault(row.person.keys, row)
        since[row.person.keys] = min(since.get(row.person.keys, row.person.since), row.person.since)
    results = enrol_members(
        enrolments=[_enrolment(chunk, row.person, since[keys]) for keys, row in firsts.items()], now=chunk.now
    )
    refused = {}
    for (keys, _row), result in zip(firsts.items(), results, strict=True):
        if result.member_id is not None:
            known.add(keys, KnownMember(result.member_id, result.number))
        else:
            refused[keys] = str(result.error)
    for row in rows:
        if row.person.keys in refused:
            chunk.outcomes[row.index].reason = refused[row.person.keys]


def _enrolment(chunk: Chunk, person: Person, since: datetime) -> Enrolment:
    values = {key.field: key.value for key in person.keys}
    outside = values.get("external_id")
    return Enrolment(
        channel=chunk.store.channel if chunk.store else Channel.SHOP,
        phone=values.get("phone"),
        email=values.get("email"),
        name=person.name,
        store_id=chunk.store.pk if chunk.store else None,
        source=outside[0] if outside else "",
        external_id=outside[1] if outside else "",
        enrolled_at=since,
    )
