from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

T = TypeVar("T", bound="LaunchPoint")


@_attrs_define
class LaunchPoint:
    """The score with another launch. All three dates move by the same number of days.

    Attributes:
        created_at (datetime.date): When the draft is created.
        deadline (datetime.date): When funding ends.
        launched_at (datetime.date): When funding starts.
        probability (float): The probability.
    """

    created_at: datetime.date
    deadline: datetime.date
    launched_at: datetime.date
    probability: float
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        created_at = self.created_at.isoformat()

        deadline = self.deadline.isoformat()

        launched_at = self.launched_at.isoformat()

        probability = self.probability

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "created_at": created_at,
                "deadline": deadline,
                "launched_at": launched_at,
                "probability": probability,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        created_at = datetime.date.fromisoformat(d.pop("created_at"))

        deadline = datetime.date.fromisoformat(d.pop("deadline"))

        launched_at = datetime.date.fromisoformat(d.pop("launched_at"))

        probability = d.pop("probability")

        launch_point = cls(
            created_at=created_at,
            deadline=deadline,
            launched_at=launched_at,
            probability=probability,
        )

        launch_point.additional_properties = d
        return launch_point

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
