from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

T = TypeVar("T", bound="QueueView")


@_attrs_define
class QueueView:
    """The place of a queued task.

    Attributes:
        ahead (int): Tasks that will be started before it, at most [`QueueView::AHEAD_MAX`].
        wait_s (int | None | Unset): The expected time until the result, in seconds, at the throughput of the latest
            results; absent while that is
            unknown.
        waiting_for_worker (bool | Unset): Whether the task is due but no worker can currently run its model.
    """

    ahead: int
    wait_s: int | None | Unset = UNSET
    waiting_for_worker: bool | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        ahead = self.ahead

        wait_s: int | None | Unset
        if isinstance(self.wait_s, Unset):
            wait_s = UNSET
        else:
            wait_s = self.wait_s

        waiting_for_worker = self.waiting_for_worker

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "ahead": ahead,
            }
        )
        if wait_s is not UNSET:
            field_dict["wait_s"] = wait_s
        if waiting_for_worker is not UNSET:
            field_dict["waiting_for_worker"] = waiting_for_worker

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        ahead = d.pop("ahead")

        def _parse_wait_s(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        wait_s = _parse_wait_s(d.pop("wait_s", UNSET))

        waiting_for_worker = d.pop("waiting_for_worker", UNSET)

        queue_view = cls(
            ahead=ahead,
            wait_s=wait_s,
            waiting_for_worker=waiting_for_worker,
        )

        queue_view.additional_properties = d
        return queue_view

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
