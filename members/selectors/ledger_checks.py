"""What must agree in the books (points.md, "Shape"), as pairs of sums: the figures kept and the entries behind them."""

from django.db.models import Min

from members.engines.checks import Check, Source
from members.models import LIVE_STATUSES, Account, AccountKind

MEMBERS = f"kind = '{AccountKind.MEMBER}'"
LIVE = ", ".join(f"'{status}'" for status in LIVE_STATUSES)
PENDING = "CASE WHEN is_pending THEN 1 ELSE 0 END"


def ledger_checks() -> list[Check]:
    """Every check of verify_ledger."""
    programme = Account.objects.exclude(kind=AccountKind.MEMBER)
    ids = list(programme.order_by("pk").values_list("pk", flat=True))
    return [*_balances(ids), *_entries(ids), _purchase(ids), _tier()]


def _of_members(column: str, programme: list[int]) -> str:
    """Transfers whose one side is a member's.

    The range lets an index skip the programme's own accounts, which are the oldest and take part in most transfers.
    """
    first = Account.objects.filter(kind=AccountKind.MEMBER).aggregate(first=Min("pk"))["first"] or 0
    partners = "".join(f" AND {column} <> {pk}" for pk in programme if pk >= first)
    return f"{column} >= {first}{partners}"


def _credits(key: str, programme: list[int], part: str = "0") -> Source:
    return Source("members_transfer", key, "points", part, only=_of_members("credit_account_id", programme))


def _debits(key: str, programme: list[int], value: str = "points") -> Source:
    return Source("members_transfer", key, value, only=_of_members("debit_account_id", programme))


def _account(value: str, part: str = "0") -> Source:
    return Source("members_account", "id", value, part, only=MEMBERS)


def _balances(programme: list[int]) -> list[Check]:
    """Every member's figures: credits - debits = available + pending - owed, and each of the three by itself."""
    return [
        Check(
            "balance",
            "account",
            (_account("available + pending - owed"),),
            (_credits("credit_account_id", programme), _debits("debit_account_id", programme, "-points")),
        ),
        Check(
            "open points",
            "account",
            (_account("available", "0"), _account("pending", "1")),
            (Source("members_lot", "account_id", "remaining", PENDING),),
            ("available", "pending"),
        ),
        Check("owed", "account", (_account("owed"),), (Source("members_debt", "account_id", "remaining"),)),
    ]


def _entries(programme: list[int]) -> list[Check]:
    """Every lot is what its draws left of it; lots, draws and debts explain every transfer of a member."""
    given_back = "members_draw d JOIN members_lot l ON l.id = d.lot_id"
    return [
        Check(
            "remaining",
            "lot",
            (Source("members_lot", "id", "points - remaining"),),
            (Source("members_draw", "lot_id", "points"),),
        ),
        # By account too: the lots of a transfer belong to whom it credits.
        Check(
            "credit",
            "transfer",
            (_credits("id", programme, "credit_account_id"),),
            (
                Source("members_lot", "transfer_id", "points", "account_id"),
                Source(given_back, "d.transfer_id", "-d.points", "l.account_id", only="d.points < 0"),
            ),
        ),
        Check(
            "debit",
            "transfer",
            (_debits("id", programme),),
            (
                Source("members_draw", "transfer_id", "points", where="points > 0"),
                Source("members_debt", "transfer_id", "remaining"),
            ),
        ),
    ]


def _purchase(programme: list[int]) -> Check:
    """What a purchase says it earned, less what was taken back, is what its transfers brought."""
    ids = ", ".join(map(str, programme))
    net = f"CASE WHEN debit_account_id IN ({ids}) THEN points ELSE -points END"
    return Check(
        "purchase",
        "purchase",
        (Source("members_purchase", "id", "points_earned - points_clawed_back"),),
        (Source("members_transfer", "purchase_id", net, only="purchase_id IS NOT NULL"),),
    )


def _tier() -> Check:
    """The tier on a member's row is that of the open period; closed and merged members have none."""
    return Check(
        "tier",
        "member",
        (Source("members_member", "id", "tier_id", only=f"status IN ({LIVE})"),),
        (Source("members_tierperiod", "member_id", "tier_id", only="ended_at IS NULL"),),
    )
