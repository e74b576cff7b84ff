"""What staff type into a search box, turned into lookups that an index answers."""

from django.db.models import Q

from members.member_numbers import parse
from members.models import Account, Member, Store


def member_id_of(text: str) -> int | None:
    """The member whose card number was typed, with or without spaces; closed and merged cards count too."""
    number = parse(text)
    if number is None:
        return None
    return Member.objects.filter(number=number).values_list("pk", flat=True).first()


def account_id_of(text: str) -> int | None:
    """The account of the member whose number was typed, or the programme's account with this code."""
    member_id = member_id_of(text)
    wanted = Q(member_id=member_id) if member_id else Q(code=text.strip())
    return Account.objects.filter(wanted).values_list("pk", flat=True).first()


def purchase_condition(text: str) -> Q:
    """Purchases with this receipt number, in whichever store, or of this member."""
    # The receipt number is indexed below the store, so that the lookup names all stores rather than none.
    receipt = Q(store__in=list(Store.objects.values_list("pk", flat=True)), external_id=text.strip())
    member_id = member_id_of(text)
    return receipt | Q(member_id=member_id) if member_id else receipt


def transfer_condition(text: str) -> Q:
    """Transfers with this business key, or from or to this account."""
    account_id = account_id_of(text)
    key = Q(business_key=text.strip())
    return key | Q(debit_account_id=account_id) | Q(credit_account_id=account_id) if account_id else key
