from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

T = TypeVar("T", bound="UnreportedView")


@_attrs_define
class UnreportedView:
    """A task whose campaign has ended without a report.

    Attributes:
        deadline (datetime.date): When funding ended.
        launched_at (datetime.date): When funding started.
        name (str): The title of the campaign.
        task_id (int):
        usd_goal (float): The goal in US dollars.
    """

    deadline: datetime.date
    launched_at: datetime.date
    name: str
    task_id: int
    usd_goal: float
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        deadline = self.deadline.isoformat()

        launched_at = self.launched_at.isoformat()

        name = self.name

        task_id = self.task_id

        usd_goal = self.usd_goal

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "deadline": deadline,
                "launched_at": launched_at,
                "name": name,
                "task_id": task_id,
                "usd_goal": usd_goal,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        deadline = datetime.date.fromisoformat(d.pop("deadline"))

        launched_at = datetime.date.fromisoformat(d.pop("launched_at"))

        name = d.pop("name")

        task_id = d.pop("task_id")

        usd_goal = d.pop("usd_goal")

        unreported_view = cls(
            deadline=deadline,
            launched_at=launched_at,
            name=name,
            task_id=task_id,
            usd_goal=usd_goal,
        )

        unreported_view.additional_properties = d
        return unreported_view

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
