from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.task_status import TaskStatus
from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.campaign import Campaign
    from ..models.model_ref import ModelRef
    from ..models.outcome_view import OutcomeView
    from ..models.queue_view import QueueView
    from ..models.result_view import ResultView


T = TypeVar("T", bound="TaskView")


@_attrs_define
class TaskView:
    """A paid request and, if it succeeded, its result.

    Attributes:
        attempts (int): How often a worker has started the task.
        campaign (Campaign): A checked campaign. Fields have their wire names. It is stored as JSON with the task.
        id (int):
        model (ModelRef): The model of a task.
        price (int): A whole number of credits. Only the amount of a charge or an adjustment may be negative.
        queued_at (datetime.datetime): When it was submitted.
        status (TaskStatus):
        api_key_id (int | None | Unset):
        batch_id (int | None | Unset):
        batch_line (int | None | Unset): The line of the batch's file; only present if it is part of a batch.
        error (None | str | Unset): Why it failed.
        finished_at (datetime.datetime | None | Unset): When it became final.
        outcome (None | OutcomeView | Unset):
        queue (None | QueueView | Unset):
        result (None | ResultView | Unset):
        started_at (datetime.datetime | None | Unset): When a worker last started it.
    """

    attempts: int
    campaign: Campaign
    id: int
    model: ModelRef
    price: int
    queued_at: datetime.datetime
    status: TaskStatus
    api_key_id: int | None | Unset = UNSET
    batch_id: int | None | Unset = UNSET
    batch_line: int | None | Unset = UNSET
    error: None | str | Unset = UNSET
    finished_at: datetime.datetime | None | Unset = UNSET
    outcome: None | OutcomeView | Unset = UNSET
    queue: None | QueueView | Unset = UNSET
    result: None | ResultView | Unset = UNSET
    started_at: datetime.datetime | None | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        from ..models.outcome_view import OutcomeView  # noqa: PLC0415
        from ..models.queue_view import QueueView  # noqa: PLC0415
        from ..models.result_view import ResultView  # noqa: PLC0415

        attempts = self.attempts

        campaign = self.campaign.to_dict()

        id = self.id

        model = self.model.to_dict()

        price = self.price

        queued_at = self.queued_at.isoformat()

        status = self.status.value

        api_key_id: int | None | Unset
        if isinstance(self.api_key_id, Unset):
            api_key_id = UNSET
        else:
            api_key_id = self.api_key_id

        batch_id: int | None | Unset
        if isinstance(self.batch_id, Unset):
            batch_id = UNSET
        else:
            batch_id = self.batch_id

        batch_line: int | None | Unset
        if isinstance(self.batch_line, Unset):
            batch_line = UNSET
        else:
            batch_line = self.batch_line

        error: None | str | Unset
        if isinstance(self.error, Unset):
            error = UNSET
        else:
            error = self.error

        finished_at: None | str | Unset
        if isinstance(self.finished_at, Unset):
            finished_at = UNSET
        elif isinstance(self.finished_at, datetime.datetime):
            finished_at = self.finished_at.isoformat()
        else:
            finished_at = self.finished_at

        outcome: dict[str, Any] | None | Unset
        if isinstance(self.outcome, Unset):
            outcome = UNSET
        elif isinstance(self.outcome, OutcomeView):
            outcome = self.outcome.to_dict()
        else:
            outcome = self.outcome

        queue: dict[str, Any] | None | Unset
        if isinstance(self.queue, Unset):
            queue = UNSET
        elif isinstance(self.queue, QueueView):
            queue = self.queue.to_dict()
        else:
            queue = self.queue

        result: dict[str, Any] | None | Unset
        if isinstance(self.result, Unset):
            result = UNSET
        elif isinstance(self.result, ResultView):
            result = self.result.to_dict()
        else:
            result = self.result

        started_at: None | str | Unset
        if isinstance(self.started_at, Unset):
            started_at = UNSET
        elif isinstance(self.started_at, datetime.datetime):
            started_at = self.started_at.isoformat()
        else:
            started_at = self.started_at

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "attempts": attempts,
                "campaign": campaign,
                "id": id,
                "model": model,
                "price": price,
                "queued_at": queued_at,
                "status": status,
            }
        )
        if api_key_id is not UNSET:
            field_dict["api_key_id"] = api_key_id
        if batch_id is not UNSET:
            field_dict["batch_id"] = batch_id
        if batch_line is not UNSET:
            field_dict["batch_line"] = batch_line
        if error is not UNSET:
            field_dict["error"] = error
        if finished_at is not UNSET:
            field_dict["finished_at"] = finished_at
        if outcome is not UNSET:
            field_dict["outcome"] = outcome
        if queue is not UNSET:
            field_dict["queue"] = queue
        if result is not UNSET:
            field_dict["result"] = result
        if started_at is not UNSET:
            field_dict["started_at"] = started_at

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.campaign import Campaign  # noqa: PLC0415
        from ..models.model_ref import ModelRef  # noqa: PLC0415
        from ..models.outcome_view import OutcomeView  # noqa: PLC0415
        from ..models.queue_view import QueueView  # noqa: PLC0415
        from ..models.result_view import ResultView  # noqa: PLC0415

        d = dict(src_dict)
        attempts = d.pop("attempts")

        campaign = Campaign.from_dict(d.pop("campaign"))

        id = d.pop("id")

        model = ModelRef.from_dict(d.pop("model"))

        price = d.pop("price")

        queued_at = datetime.datetime.fromisoformat(d.pop("queued_at"))

        status = TaskStatus(d.pop("status"))

        def _parse_api_key_id(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        api_key_id = _parse_api_key_id(d.pop("api_key_id", UNSET))

        def _parse_batch_id(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        batch_id = _parse_batch_id(d.pop("batch_id", UNSET))

        def _parse_batch_line(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        batch_line = _parse_batch_line(d.pop("batch_line", UNSET))

        def _parse_error(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        error = _parse_error(d.pop("error", UNSET))

        def _parse_finished_at(data: object) -> datetime.datetime | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                finished_at_type_0 = datetime.datetime.fromisoformat(data)

                return finished_at_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None | Unset, data)

        finished_at = _parse_finished_at(d.pop("finished_at", UNSET))

        def _parse_outcome(data: object) -> None | OutcomeView | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                outcome_type_0 = OutcomeView.from_dict(data)

                return outcome_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(None | OutcomeView | Unset, data)

        outcome = _parse_outcome(d.pop("outcome", UNSET))

        def _parse_queue(data: object) -> None | QueueView | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                queue_type_0 = QueueView.from_dict(data)

                return queue_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(None | QueueView | Unset, data)

        queue = _parse_queue(d.pop("queue", UNSET))

        def _parse_result(data: object) -> None | ResultView | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                result_type_0 = ResultView.from_dict(data)

                return result_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(None | ResultView | Unset, data)

        result = _parse_result(d.pop("result", UNSET))

        def _parse_started_at(data: object) -> datetime.datetime | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                started_at_type_0 = datetime.datetime.fromisoformat(data)

                return started_at_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None | Unset, data)

        started_at = _parse_started_at(d.pop("started_at", UNSET))

        task_view = cls(
            attempts=attempts,
            campaign=campaign,
            id=id,
            model=model,
            price=price,
            queued_at=queued_at,
            status=status,
            api_key_id=api_key_id,
            batch_id=batch_id,
            batch_line=batch_line,
            error=error,
            finished_at=finished_at,
            outcome=outcome,
            queue=queue,
            result=result,
            started_at=started_at,
        )

        task_view.additional_properties = d
        return task_view

    @property
    def additional_keys(self) -> list[str]:
        return list(self.additional_properties.keys())

    def __getitem__(self, key: str) -> Any:
        return self.additional_properties[key]

    def __setitem__(self, key: str, value: Any) -> None:
        self.additional_properties[key] = value

    def __delitem__(self, key: str) -> None:
        del self.additional_properties[key]

    def __contains__(self, key: str) -> bool:
        return key in self.additional_properties
