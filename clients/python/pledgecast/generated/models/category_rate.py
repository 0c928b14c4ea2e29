from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

T = TypeVar("T", bound="CategoryRate")


@_attrs_define
class CategoryRate:
    """How the campaigns of a category did.

    Attributes:
        campaigns (int): The number of campaigns.
        median_goal_usd (float): The median goal in US dollars.
        parent (str): The parent category.
        success_rate (float): The share that reached their goal, 0 to 1.
        category (None | str | Unset): The category; absent for the whole parent.
    """

    campaigns: int
    median_goal_usd: float
    parent: str
    success_rate: float
    category: None | str | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        campaigns = self.campaigns

        median_goal_usd = self.median_goal_usd

        parent = self.parent

        success_rate = self.success_rate

        category: None | str | Unset
        if isinstance(self.category, Unset):
            category = UNSET
        else:
            category = self.category

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "campaigns": campaigns,
                "median_goal_usd": median_goal_usd,
                "parent": parent,
                "success_rate": success_rate,
            }
        )
        if category is not UNSET:
            field_dict["category"] = category

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        campaigns = d.pop("campaigns")

        median_goal_usd = d.pop("median_goal_usd")

        parent = d.pop("parent")

        success_rate = d.pop("success_rate")

        def _parse_category(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        category = _parse_category(d.pop("category", UNSET))

        category_rate = cls(
            campaigns=campaigns,
            median_goal_usd=median_goal_usd,
            parent=parent,
            success_rate=success_rate,
            category=category,
        )

        category_rate.additional_properties = d
        return category_rate

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
