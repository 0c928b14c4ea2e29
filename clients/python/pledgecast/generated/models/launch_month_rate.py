from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

T = TypeVar("T", bound="LaunchMonthRate")


@_attrs_define
class LaunchMonthRate:
    """How the campaigns of a launch month did.

    Attributes:
        campaigns (int): The number of campaigns.
        month (str): The month of launch, such as `2024-01`.
        success_rate (float): The share that reached their goal, 0 to 1.
        parent (None | str | Unset): The parent category; absent for all categories.
    """

    campaigns: int
    month: str
    success_rate: float
    parent: None | str | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        campaigns = self.campaigns

        month = self.month

        success_rate = self.success_rate

        parent: None | str | Unset
        if isinstance(self.parent, Unset):
            parent = UNSET
        else:
            parent = self.parent

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "campaigns": campaigns,
                "month": month,
                "success_rate": success_rate,
            }
        )
        if parent is not UNSET:
            field_dict["parent"] = parent

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        campaigns = d.pop("campaigns")

        month = d.pop("month")

        success_rate = d.pop("success_rate")

        def _parse_parent(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        parent = _parse_parent(d.pop("parent", UNSET))

        launch_month_rate = cls(
            campaigns=campaigns,
            month=month,
            success_rate=success_rate,
            parent=parent,
        )

        launch_month_rate.additional_properties = d
        return launch_month_rate

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
