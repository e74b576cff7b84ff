"""Who of many is a member already, asked once for all of them."""

from collections.abc import Iterable
from typing import Any, NamedTuple

from django.db.models import Q

from members.models import LIVE_STATUSES, ExternalMember, Member


class EnrolmentKey(NamedTuple):
    """Something that leads to one member: ``field`` is external_id (a pair: source, number), user, phone or email."""

    field: str
    value: Any


class KnownMember(NamedTuple):
    """A member, stored or about to be."""

    id: int
    number: str


class KnownMembers:
    """Members by their keys: those stored, and those added since."""

    def __init__(self, members: dict[EnrolmentKey, KnownMember]) -> None:
        self._members = members

    @classmethod
    def load(cls, keys: Iterable[EnrolmentKey]) -> "KnownMembers":
        """Look all keys up: a query a kind of key, served by its unique index."""
        wanted: dict[str, set[Any]] = {}
        for key in keys:
            wanted.setdefault(key.field, set()).add(key.value)
        members: dict[EnrolmentKey, KnownMember] = {}
        for field, values in wanted.items():
            members.update(_external(values) if field == "external_id" else _direct(field, values))
        return cls(members)

    def find(self, keys: Iterable[EnrolmentKey]) -> tuple[KnownMember, str] | None:
        """The member of the first key that leads to one, and that key's field."""
        return next(((self._members[key], key.field) for key in keys if key in self._members), None)

    def add(self, keys: Iterable[EnrolmentKey], member: KnownMember) -> list[EnrolmentKey]:
        """Let the keys that led nowhere lead to a member; returns them."""
        added = [key for key in keys if key not in self._members]
        self._members.update(dict.fromkeys(added, member))
        return added


def _external(values: set[tuple[str, str]]) -> dict[EnrolmentKey, KnownMember]:
    by_source: dict[str, list[str]] = {}
    for source, external_id in values:
        by_source.setdefault(source, []).append(external_id)
    wanted = Q()
    for source, external_ids in by_source.items():
        wanted |= Q(source=source, external_id__in=external_ids)
    rows = ExternalMember.objects.filter(wanted).values_list("source", "external_id", "member_id", "member__number")
    return {EnrolmentKey("external_id", (row[0], row[1])): KnownMember(row[2], row[3]) for row in rows}


def _direct(field: str, values: set[Any]) -> dict[EnrolmentKey, KnownMember]:
    members = Member.objects.filter(**{f"{field}__in": values})
    if field != "user":
        # A closed or merged card frees its phone and email; its sign-in leads on to the kept card.
        members = members.filter(status__in=LIVE_STATUSES)
    rows = members.values_list(field, "pk", "number", "merged_into_id", "merged_into__number")
    return {EnrolmentKey(field, value): KnownMember(kept or pk, kept_number or number)
            for value, pk, number, kept, kept_number in rows}  # fmt: skip
