from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.batch_state import BatchState
from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.batch_counts import BatchCounts
    from ..models.model_ref import ModelRef
    from ..models.queue_view import QueueView


T = TypeVar("T", bound="BatchView")


@_attrs_define
class BatchView:
    """A batch.

    Attributes:
        available (int): A whole number of credits. Only the amount of a charge or an adjustment may be negative.
        charged (int): A whole number of credits. Only the amount of a charge or an adjustment may be negative.
        counts (BatchCounts): The number of a batch's tasks in each state.
        created_at (datetime.datetime): When the file was uploaded.
        held (int): A whole number of credits. Only the amount of a charge or an adjustment may be negative.
        id (int):
        lines (int): The number of campaigns.
        model (ModelRef): The model of a task.
        price (int): A whole number of credits. Only the amount of a charge or an adjustment may be negative.
        released (int): A whole number of credits. Only the amount of a charge or an adjustment may be negative.
        state (BatchState):
        total (int): A whole number of credits. Only the amount of a charge or an adjustment may be negative.
        api_key_id (int | None | Unset):
        expires_at (datetime.datetime | None | Unset): When a draft is deleted; absent once it was started.
        file_name (None | str | Unset): The name of the file; absent if the request did not name it.
        finished_at (datetime.datetime | None | Unset): When its last task became final.
        queue (None | QueueView | Unset):
        started_at (datetime.datetime | None | Unset): When it was started.
    """

    available: int
    charged: int
    counts: BatchCounts
    created_at: datetime.datetime
    held: int
    id: int
    lines: int
    model: ModelRef
    price: int
    released: int
    state: BatchState
    total: int
    api_key_id: int | None | Unset = UNSET
    expires_at: datetime.datetime | None | Unset = UNSET
    file_name: None | str | Unset = UNSET
    finished_at: datetime.datetime | None | Unset = UNSET
    queue: None | QueueView | Unset = UNSET
    started_at: datetime.datetime | None | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        from ..models.queue_view import QueueView  # noqa: PLC0415

        available = self.available

        charged = self.charged

        counts = self.counts.to_dict()

        created_at = self.created_at.isoformat()

        held = self.held

        id = self.id

        lines = self.lines

        model = self.model.to_dict()

        price = self.price

        released = self.released

        state = self.state.value

        total = self.total

        api_key_id: int | None | Unset
        if isinstance(self.api_key_id, Unset):
            api_key_id = UNSET
        else:
            api_key_id = self.api_key_id

        expires_at: None | str | Unset
        if isinstance(self.expires_at, Unset):
            expires_at = UNSET
        elif isinstance(self.expires_at, datetime.datetime):
            expires_at = self.expires_at.isoformat()
        else:
            expires_at = self.expires_at

        file_name: None | str | Unset
        if isinstance(self.file_name, Unset):
            file_name = UNSET
        else:
            file_name = self.file_name

        finished_at: None | str | Unset
        if isinstance(self.finished_at, Unset):
            finished_at = UNSET
        elif isinstance(self.finished_at, datetime.datetime):
            finished_at = self.finished_at.isoformat()
        else:
            finished_at = self.finished_at

        queue: dict[str, Any] | None | Unset
        if isinstance(self.queue, Unset):
            queue = UNSET
        elif isinstance(self.queue, QueueView):
            queue = self.queue.to_dict()
        else:
            queue = self.queue

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
                "available": available,
                "charged": charged,
                "counts": counts,
                "created_at": created_at,
                "held": held,
                "id": id,
                "lines": lines,
                "model": model,
                "price": price,
                "released": released,
                "state": state,
                "total": total,
            }
        )
        if api_key_id is not UNSET:
            field_dict["api_key_id"] = api_key_id
        if expires_at is not UNSET:
            field_dict["expires_at"] = expires_at
        if file_name is not UNSET:
            field_dict["file_name"] = file_name
        if finished_at is not UNSET:
            field_dict["finished_at"] = finished_at
        if queue is not UNSET:
            field_dict["queue"] = queue
        if started_at is not UNSET:
            field_dict["started_at"] = started_at

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.batch_counts import BatchCounts  # noqa: PLC0415
        from ..models.model_ref import ModelRef  # noqa: PLC0415
        from ..models.queue_view import QueueView  # noqa: PLC0415

        d = dict(src_dict)
        available = d.pop("available")

        charged = d.pop("charged")

        counts = BatchCounts.from_dict(d.pop("counts"))

        created_at = datetime.datetime.fromisoformat(d.pop("created_at"))

        held = d.pop("held")

        id = d.pop("id")

        lines = d.pop("lines")

        model = ModelRef.from_dict(d.pop("model"))

        price = d.pop("price")

        released = d.pop("released")

        state = BatchState(d.pop("state"))

        total = d.pop("total")

        def _parse_api_key_id(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        api_key_id = _parse_api_key_id(d.pop("api_key_id", UNSET))

        def _parse_expires_at(data: object) -> datetime.datetime | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                expires_at_type_0 = datetime.datetime.fromisoformat(data)

                return expires_at_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None | Unset, data)

        expires_at = _parse_expires_at(d.pop("expires_at", UNSET))

        def _parse_file_name(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        file_name = _parse_file_name(d.pop("file_name", UNSET))

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

        batch_view = cls(
            available=available,
            charged=charged,
            counts=counts,
            created_at=created_at,
            held=held,
            id=id,
            lines=lines,
            model=model,
            price=price,
            released=released,
            state=state,
            total=total,
            api_key_id=api_key_id,
            expires_at=expires_at,
            file_name=file_name,
            finished_at=finished_at,
            queue=queue,
            started_at=started_at,
        )

        batch_view.additional_properties = d
        return batch_view

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
