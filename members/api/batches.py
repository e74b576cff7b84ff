from http import HTTPStatus
from typing import Any

from django.http import HttpResponse
from django.utils.translation import gettext_lazy as _
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request

from members import clock
from members.api import examples
from members.api.idempotency import WriteView, rendered
from members.api.problems import InvalidRequest, RequestError, problem_of
from members.api.receipts import receipt_of, standing
from members.api.schema import operation
from members.api.serializers.errors import pointed_errors, validated
from members.api.serializers.purchases import BatchRecordedSerializer, BatchSerializer, PurchaseSerializer
from members.exceptions import DomainError
from members.models import Scope, Store
from members.selectors.rulebook import Rulebook, current_rulebook
from members.services.idempotency import Answer
from members.services.purchases import record_purchases
from members.services.receipts import PurchaseResult, Receipt

STATUSES = {"recorded": 201, "known": 200}


class BatchView(WriteView):
    """Many purchases of the key's store at once."""

    scopes = {"POST": Scope.PURCHASES_WRITE}

    @operation(
        name="purchase_batch",
        tag="purchases",
        summary=_("Record up to 1,000 purchases"),
        description=_(
            "Records purchases in any order, in one transaction; each is scored in the order of its own time and gets "
            "its own result, so one that is refused does not stop the others. For tills that were offline and for web "
            "shops that catch up. The same purchase sent alone before, or twice in the batch, earns once."
        ),
        scope=Scope.PURCHASES_WRITE,
        body=BatchSerializer,
        answers={200: BatchRecordedSerializer},
        examples=[examples.BATCH, examples.BATCH_RECORDED],
        write=True,
    )
    def post(self, request: Request) -> HttpResponse:
        """200, whatever became of each."""
        return self.write(request, lambda: self._record(request.data))

    def _record(self, body: Any) -> Answer:
        items = validated(BatchSerializer(data=body))["purchases"]
        receipts, results = _read(items, self.key.store)
        recorded = record_purchases(receipts=list(receipts.values()), now=clock.now()) if receipts else []
        rulebook = current_rulebook()
        for index, result in zip(receipts, recorded, strict=True):
            results[index] = _result(index, receipts[index].external_id, result, rulebook)
        statuses = [each["status"] for each in results.values()]
        return rendered(
            200,
            {
                "recorded": statuses.count(201),
                "known": statuses.count(200),
                "refused": sum(status >= HTTPStatus.BAD_REQUEST for status in statuses),
                "results": [results[index] for index in range(len(items))],
            },
        )


def _read(items: list[Any], store: Store) -> tuple[dict[int, Receipt], dict[int, dict[str, Any]]]:
    """The receipts by their place in the list, and the refusals of those that are none."""
    # One serializer for all: making its fields costs more than reading a receipt with them.
    serializer = PurchaseSerializer()
    receipts: dict[int, Receipt] = {}
    refusals: dict[int, dict[str, Any]] = {}
    for index, item in enumerate(items):
        try:
            data = serializer.run_validation(item)
            receipts[index] = receipt_of(data, store=store, external_id=data["external_id"])
        except ValidationError as error:
            refusals[index] = _refusal(index, item, InvalidRequest(pointed_errors(error.detail)))
        except RequestError as error:
            refusals[index] = _refusal(index, item, error)
    return receipts, refusals


def _refusal(index: int, item: Any, error: DomainError) -> dict[str, Any]:
    external_id = item.get("external_id") if isinstance(item, dict) else None
    return {
        "index": index,
        "status": error.status,
        "external_id": external_id if isinstance(external_id, str) else None,
        "problem": problem_of(error),
    }


def _result(index: int, external_id: str, result: PurchaseResult, rulebook: Rulebook) -> dict[str, Any]:
    if result.error:
        return {
            "index": index,
            "status": result.error.status,
            "external_id": external_id,
            "problem": problem_of(result.error),
        }
    return {
        "index": index,
        "status": STATUSES[result.status],
        "external_id": external_id,
        **standing(result, rulebook),
    }
