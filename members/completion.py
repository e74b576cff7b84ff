"""What somebody who joined with three fields has not told yet, and may."""

from dataclasses import dataclass

from members.models import Member

# Joining itself is done; birthday, phone and name are what is left to tell.
JOINED = 1


@dataclass(frozen=True, slots=True)
class Completion:
    """How far a profile is; ``done`` of ``total``, with joining as the first, so that nobody begins at nothing."""

    has_name: bool
    has_birthday: bool
    has_phone: bool

    @property
    def done(self) -> int:
        """What is told already."""
        return JOINED + self.has_name + self.has_birthday + self.has_phone

    @property
    def total(self) -> int:
        """What there is to tell."""
        return JOINED + 3

    @property
    def is_whole(self) -> bool:
        """Whether nothing is left."""
        return self.done == self.total


def completion_of(member: Member) -> Completion:
    """What a member has told; without a query."""
    return Completion(
        has_name=bool(member.name), has_birthday=member.birth_day is not None, has_phone=member.phone is not None
    )
