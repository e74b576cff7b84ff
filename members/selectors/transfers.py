"""Points that came and went, as their member sees them."""

from django.db.models import BigIntegerField, Case, F, Q, QuerySet, When

from members.models import Account, Transfer


def for_account(account: Account) -> QuerySet[Transfer]:
    """Both sides of an account, newest first, with ``signed_points`` and the ``store_id`` of the purchase, if any.

    By business time, since a late receipt belongs to its day; that no index has this order also keeps the database on
    the two indexes of the account, rather than walking back through everybody's transfers.
    """
    signed = Case(When(credit_account=account, then=F("points")), default=-F("points"), output_field=BigIntegerField())
    return (
        Transfer.objects.filter(Q(debit_account=account) | Q(credit_account=account))
        .annotate(signed_points=signed, store_id=F("purchase__store_id"))
        .order_by("-occurred_at", "-pk")
    )
