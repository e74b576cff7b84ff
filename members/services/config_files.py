"""The programme's small configuration as files: stores and tiers out and in, earning rules out.

Rules are published, never edited, so they do not come in as a file. Files are CSV in UTF-8 with a column for each
language; amounts are written as people do.
"""

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

from django.db import transaction
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from import_export.resources import ModelResource
from tablib import Dataset
from tablib.exceptions import TablibException

from members import money
from members.exceptions import DomainError
from members.models import EarningRuleVersion, Store, Tier, TierMeasure, User
from members.services.audits import record_audit
from members.spreadsheets import csv_lines, plain

MAX_BYTES = 256_000


class UnreadableFile(DomainError):
    """A file that is no CSV in UTF-8, is too large, or lacks the column that rows are found by."""

    code = "unreadable-file"
    status: ClassVar[int] = 422
    message = _("This is no CSV file in UTF-8 with a column “code”. Export one, change it, and send it back.")


class RowsRefused(DomainError):
    """Rows that cannot be stored; nothing of the file was."""

    code = "rows-refused"
    status: ClassVar[int] = 422
    message = _("Nothing was imported: some rows can’t be stored.")


class StoreResource(ModelResource):  # type: ignore[misc]
    """A row for each store."""

    class Meta:
        model = Store
        import_id_fields = ("code",)
        fields = ("code", "channel", "is_active", "name_en", "name_zh_hans", "name_zh_hant")
        export_order = fields
        clean_model_instances = True
        store_instance = True
        skip_diff = True


class TierResource(ModelResource):  # type: ignore[misc]
    """A row for each tier; the threshold of a tier measured by spend is an amount such as 1000.00."""

    class Meta:
        model = Tier
        import_id_fields = ("code",)
        fields = (
            "code",
            "rank",
            "name_en",
            "name_zh_hans",
            "name_zh_hant",
            "colour",
            "measure",
            "threshold",
            "window",
            "window_months",
            "downgrade",
            "grace_days",
            "multiplier_percent",
            "benefits_en",
            "benefits_zh_hans",
            "benefits_zh_hant",
            "is_invitation_only",
        )
        export_order = fields
        clean_model_instances = True
        store_instance = True
        skip_diff = True

    def dehydrate_threshold(self, tier: Tier) -> str:
        """The threshold as people write it."""
        return money.format_amount(tier.threshold) if tier.measure == TierMeasure.SPEND else str(tier.threshold)

    def before_import_row(self, row: dict[str, Any], **kwargs: Any) -> None:
        """And back. Raises ValueError."""
        if row.get("measure") == TierMeasure.SPEND and row.get("threshold"):
            row["threshold"] = money.parse_amount(str(row["threshold"]))


class RuleResource(ModelResource):  # type: ignore[misc]
    """A row for each version of an earning rule, as it is stored: amounts in minor units."""

    class Meta:
        model = EarningRuleVersion
        fields = (
            "rule__code",
            "rule__name_en",
            "kind",
            "valid_from",
            "valid_until",
            "points",
            "per_amount",
            "percent",
            "categories",
            "skus",
            "channels",
            "weekdays",
            "time_from",
            "time_until",
            "minimum_tier__code",
            "minimum_amount",
            "first_purchase_only",
            "cap_member_day",
            "cap_member_month",
            "cap_total",
        )
        export_order = fields


RESOURCES: dict[str, type[Any]] = {"store": StoreResource, "tier": TierResource, "rule": RuleResource}
ROWS: dict[str, Any] = {
    "store": Store.objects.order_by("code"),
    "tier": Tier.objects.order_by("rank"),
    "rule": EarningRuleVersion.objects.select_related("rule", "minimum_tier").order_by("rule__code", "valid_from"),
}


@dataclass(frozen=True, slots=True)
class RowChange:
    """One row of a file.

    ``changes`` are (field, old, new), without old where the row ``is_new``; ``problems`` say what is wrong with it.
    """

    number: int
    code: str
    is_new: bool
    changes: Sequence[tuple[str, str, str]]
    problems: Sequence[str]


@transaction.atomic
def export_config(*, kind: str, actor: User, now: datetime) -> str:
    """The file of ``kind`` "store", "tier" or "rule"; the audit log keeps who took it."""
    dataset = RESOURCES[kind]().export(ROWS[kind].all())
    record_audit(actor=actor, action=f"{kind}.exported", details={"rows": len(dataset)}, now=now)
    rows = [[str(cell) if cell is not None else "" for cell in row] for row in dataset]
    return "".join(csv_lines(dataset.headers or [], rows))


def preview_config(*, kind: str, text: str) -> list[RowChange]:
    """What the file would change, stored and undone again. Raises UnreadableFile."""
    with transaction.atomic():
        changes = _import(kind, text)
        transaction.set_rollback(True)
    return changes


@transaction.atomic
def import_config(*, kind: str, text: str, actor: User, now: datetime) -> list[RowChange]:
    """Store the file, all of it or nothing; each changed row leaves an audit entry.

    Raises UnreadableFile, RowsRefused.
    """
    changes = _import(kind, text)
    if any(row.problems for row in changes):
        raise RowsRefused
    for row in changes:
        if row.changes:
            details = {"name": row.code, "is_new": row.is_new, "fields": [field for field, _old, _new in row.changes]}
            record_audit(actor=actor, action=f"{kind}.imported", details=details, now=now)
    return changes


def _import(kind: str, text: str) -> list[RowChange]:
    resource, dataset = RESOURCES[kind](), _dataset(text)
    before = {row.code: _values(resource, row) for row in ROWS[kind].all()}
    result = resource.import_data(dataset, dry_run=False, raise_errors=False, use_transactions=False)
    found = zip(dataset["code"], _rows(result), strict=True)
    return [_row(resource, (number, code), row, before) for number, (code, row) in enumerate(found, start=2)]


def _rows(result: Any) -> list[Any]:
    """Rows that were read and rows that were refused, in the order of the file."""
    refused = {row.number: row for row in result.invalid_rows}
    return [refused.get(number, row) for number, row in enumerate(result.rows, start=1)]


def _dataset(text: str) -> Dataset:
    if len(text.encode()) > MAX_BYTES:
        raise UnreadableFile
    try:
        dataset = Dataset().load(text.lstrip("\ufeff"), format="csv")
    except (TablibException, csv.Error) as error:
        raise UnreadableFile from error
    if not dataset.headers or "code" not in dataset.headers:
        raise UnreadableFile
    clean = Dataset(headers=dataset.headers)
    for row in dataset:
        clean.append([plain(cell or "") for cell in row])
    return clean


def _values(resource: Any, row: Any) -> dict[str, str]:
    fields = resource.get_export_fields()
    return {field.column_name: str(resource.export_field(field, row) or "") for field in fields}


def _row(resource: Any, place: tuple[int, str], row: Any, before: dict[str, dict[str, str]]) -> RowChange:
    number, code = place
    if problems := _problems(resource.Meta.model, row):
        return RowChange(number, code, is_new=False, changes=[], problems=problems)
    after, old = _values(resource, row.instance), before.get(code, {})
    changes = [(field, old.get(field, ""), value) for field, value in after.items() if old.get(field, "") != value]
    return RowChange(number, code, is_new=not old, changes=changes, problems=[])


def _problems(model: Any, row: Any) -> list[str]:
    if not hasattr(row, "error_dict"):
        return [str(error.error) for error in row.errors]
    labels = {field.name: capfirst(str(field.verbose_name)) for field in model._meta.fields}
    return [
        f"{labels[name]}: {text}" if name in labels else str(text)
        for name, texts in row.error_dict.items()
        for text in texts
    ]
