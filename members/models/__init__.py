from members.models.account import Account, AccountKind
from members.models.adjustment import Adjustment, AdjustmentReason, AdjustmentStatus
from members.models.api_key import Scope, StoreKey
from members.models.audit import AuditEntry
from members.models.bulk_step import BulkKind, BulkOutcome, BulkStatus, BulkStep
from members.models.claim import PhoneClaim, TextMessage
from members.models.earning_rule import RATE_KINDS, AwardCounter, EarningRule, EarningRuleVersion, RuleKind
from members.models.event import DomainEvent, EventReceipt, WebhookEndpoint
from members.models.expiry_policy import ExpiryKind, ExpiryPolicy
from members.models.gift import Gift
from members.models.idempotency import IdempotencyRecord
from members.models.import_run import ExternalMember, ImportKind, ImportRun, ImportStatus
from members.models.job import JobRun, JobStatus
from members.models.lot import Debt, Draw, Lot
from members.models.member import LIVE_STATUSES, Member, MemberStatus
from members.models.notification import Notification, NotificationKind
from members.models.product import Product
from members.models.purchase import Purchase, PurchaseLine, PurchaseRevision, Return, ReturnLine
from members.models.rulebook import Rulebook
from members.models.store import Channel, Store
from members.models.tier import Tier, TierDowngrade, TierMeasure, TierPeriod, TierReason, TierWindow
from members.models.transfer import Transfer, TransferKind
from members.models.user import User, UserManager

__all__ = [
    "LIVE_STATUSES",
    "RATE_KINDS",
    "Account",
    "AccountKind",
    "Adjustment",
    "AdjustmentReason",
    "AdjustmentStatus",
    "AuditEntry",
    "AwardCounter",
    "BulkKind",
    "BulkOutcome",
    "BulkStatus",
    "BulkStep",
    "Channel",
    "Debt",
    "DomainEvent",
    "Draw",
    "EarningRule",
    "EarningRuleVersion",
    "EventReceipt",
    "ExpiryKind",
    "ExpiryPolicy",
    "ExternalMember",
    "Gift",
    "IdempotencyRecord",
    "ImportKind",
    "ImportRun",
    "ImportStatus",
    "JobRun",
    "JobStatus",
    "Lot",
    "Member",
    "MemberStatus",
    "Notification",
    "NotificationKind",
    "PhoneClaim",
    "Product",
    "Purchase",
    "PurchaseLine",
    "PurchaseRevision",
    "Return",
    "ReturnLine",
    "RuleKind",
    "Rulebook",
    "Scope",
    "Store",
    "StoreKey",
    "TextMessage",
    "Tier",
    "TierDowngrade",
    "TierMeasure",
    "TierPeriod",
    "TierReason",
    "TierWindow",
    "Transfer",
    "TransferKind",
    "User",
    "UserManager",
    "WebhookEndpoint",
]
