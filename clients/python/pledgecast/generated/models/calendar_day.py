from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

T = TypeVar("T", bound="CalendarDay")


@_attrs_define
class CalendarDay:
    """The campaigns that launched in one month of the year on one weekday.

    Attributes:
        campaigns (int): The number of campaigns.
        month (int): The month of the year, 1 to 12.
        success_rate (float): The share that reached their goal, 0 to 1.
        weekday (int): The weekday; 0 is Monday.
    """

    campaigns: int
    month: int
    success_rate: float
    weekday: int
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        campaigns = self.campaigns

        month = self.month

        success_rate = self.success_rate

        weekday = self.weekday

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "campaigns": campaigns,
                "month": month,
                "success_rate": success_rate,
                "weekday": weekday,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        campaigns = d.pop("campaigns")

        month = d.pop("month")

        success_rate = d.pop("success_rate")

        weekday = d.pop("weekday")

        calendar_day = cls(
            campaigns=campaigns,
            month=month,
            success_rate=success_rate,
            weekday=weekday,
        )

        calendar_day.additional_properties = d
        return calendar_day

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
