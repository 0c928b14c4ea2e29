from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

T = TypeVar("T", bound="ChangeBounds")


@_attrs_define
class ChangeBounds:
    """The limits of what may be suggested.

    Attributes:
        goal_min_usd (float): Never a goal below this, in US dollars.
        launch_earliest (datetime.date): Never a launch before this day.
        launch_latest (datetime.date): Never a launch after this day.
    """

    goal_min_usd: float
    launch_earliest: datetime.date
    launch_latest: datetime.date
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        goal_min_usd = self.goal_min_usd

        launch_earliest = self.launch_earliest.isoformat()

        launch_latest = self.launch_latest.isoformat()

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "goal_min_usd": goal_min_usd,
                "launch_earliest": launch_earliest,
                "launch_latest": launch_latest,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        goal_min_usd = d.pop("goal_min_usd")

        launch_earliest = datetime.date.fromisoformat(d.pop("launch_earliest"))

        launch_latest = datetime.date.fromisoformat(d.pop("launch_latest"))

        change_bounds = cls(
            goal_min_usd=goal_min_usd,
            launch_earliest=launch_earliest,
            launch_latest=launch_latest,
        )

        change_bounds.additional_properties = d
        return change_bounds

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
