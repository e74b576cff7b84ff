from typing import Any

from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from rest_framework.request import Request
from rest_framework.response import Response

from members import clock
from members.api import examples
from members.api.base import ApiView
from members.api.idempotency import WriteView, rendered
from members.api.problems import InconsistentRequest
from members.api.schema import NUMBER_IN_PATH, operation
from members.api.serializers.errors import validated, validated_query
from members.api.serializers.fields import moment_text
from members.api.serializers.members import (
    EnrolmentSerializer,
    FoundMembersSerializer,
    LookupSerializer,
    MemberSerializer,
)
from members.models import Member, Scope
from members.phones import masked
from members.selectors.members import find_by_email, find_by_phone, get_by_number
from members.services.enrolments import enrol_member
from members.services.idempotency import Answer


def described(member: Member) -> dict[str, Any]:
    """A member as callers see them."""
    store = member.enrolled_store
    return {
        "number": member.number,
        "status": member.status,
        "name": member.name,
        "phone": masked(member.phone) if member.phone else None,
        "email": masked_email(member.email) if member.email else None,
        "language": member.language,
        "tier": {"code": member.tier.code, "name": member.tier.name, "rank": member.tier.rank},
        "enrolled_at": moment_text(member.enrolled_at),
        "enrolled_store": store.code if store else None,
    }


def masked_email(email: str) -> str:
    """An address that only its holder recognises: "lin@example.com" is "l•••@example.com"."""
    return f"{email[:1]}•••@{email.rpartition('@')[2]}"


def _whole(member_id: int) -> Member:
    return Member.objects.select_related("tier", "enrolled_store").get(pk=member_id)


class MembersView(WriteView):
    """Members of the programme, whichever store enrolled them."""

    scopes = {"GET": Scope.MEMBERS_READ, "POST": Scope.MEMBERS_WRITE}

    @operation(
        name="members_find",
        tag="members",
        summary=gettext_lazy("Find a member"),
        description=gettext_lazy(
            "Finds the member with a phone number or an email address; the list is empty when there is none."
        ),
        scope=Scope.MEMBERS_READ,
        answers={200: FoundMembersSerializer},
        refusals=("invalid-request", "inconsistent-request"),
        parameters=[LookupSerializer],
        examples=[examples.FOUND],
    )
    def get(self, request: Request) -> Response:
        """One member or none. Raises InvalidRequest and InconsistentRequest."""
        query = validated_query(LookupSerializer(data=request.query_params.dict()))
        if len(query) != 1:
            detail = _("Send either phone or email.")
            raise InconsistentRequest([{"parameter": name, "detail": detail} for name in ("phone", "email")])
        member = find_by_phone(query["phone"]) if "phone" in query else find_by_email(query["email"])
        return Response({"results": [described(_whole(member.pk))] if member else []})

    @operation(
        name="member_enrol",
        tag="members",
        summary=gettext_lazy("Enrol a member"),
        description=gettext_lazy(
            "Gives somebody a card, at a till or in a web shop. They can claim it online later by proving that phone "
            "or email. Somebody who is enrolled already is answered with 409: look them up instead."
        ),
        scope=Scope.MEMBERS_WRITE,
        body=EnrolmentSerializer,
        answers={201: MemberSerializer},
        refusals=("already-enrolled", "not-reachable", "invalid-phone", "invalid-email", "invalid-birthday"),
        examples=[examples.ENROLMENT, examples.MEMBER],
        write=True,
    )
    def post(self, request: Request) -> HttpResponse:
        """201 with the new member."""
        return self.write(request, lambda: self._enrol(request.data))

    def _enrol(self, body: Any) -> Answer:
        data = validated(EnrolmentSerializer(data=body))
        birthday = data.pop("birthday", {})
        store = self.key.store
        member = enrol_member(
            channel=store.channel,
            store_id=store.pk,
            now=clock.now(),
            **data,
            **{f"birth_{part}": value for part, value in birthday.items()},
        )
        return rendered(201, described(_whole(member.pk)))


class MemberView(ApiView):
    """One member."""

    scopes = {"GET": Scope.MEMBERS_READ}

    @operation(
        name="member_read",
        tag="members",
        summary=gettext_lazy("Read a member"),
        description=gettext_lazy(
            "The member of a card. A card that was merged leads to the one that is kept, so compare the number."
        ),
        scope=Scope.MEMBERS_READ,
        answers={200: MemberSerializer},
        refusals=("member-not-found", "not-found"),
        parameters=[NUMBER_IN_PATH],
        examples=[examples.MEMBER],
    )
    def get(self, request: Request, number: str) -> Response:
        """The member. Raises MemberNotFound."""
        return Response(described(_whole(get_by_number(number).pk)))
