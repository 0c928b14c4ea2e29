from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

T = TypeVar("T", bound="Spent")


@_attrs_define
class Spent:
    """What a key has spent in the current periods: the prices of its open and succeeded tasks by the time of their
    submission. A key's spending includes that of the keys that it made.

        Attributes:
            day (int): A whole number of credits. Only the amount of a charge or an adjustment may be negative.
            month (int): A whole number of credits. Only the amount of a charge or an adjustment may be negative.
            total (int): A whole number of credits. Only the amount of a charge or an adjustment may be negative.
            week (int): A whole number of credits. Only the amount of a charge or an adjustment may be negative.
    """

    day: int
    month: int
    total: int
    week: int
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        day = self.day

        month = self.month

        total = self.total

        week = self.week

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "day": day,
                "month": month,
                "total": total,
                "week": week,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        day = d.pop("day")

        month = d.pop("month")

        total = d.pop("total")

        week = d.pop("week")

        spent = cls(
            day=day,
            month=month,
            total=total,
            week=week,
        )

        spent.additional_properties = d
        return spent

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
