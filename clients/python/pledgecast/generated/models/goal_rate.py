from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

T = TypeVar("T", bound="GoalRate")


@_attrs_define
class GoalRate:
    """How the campaigns of a goal band did. A missing end is open.

    Attributes:
        campaigns (int): The number of campaigns.
        success_rate (float): The share that reached their goal, 0 to 1.
        goal_below_usd (float | None | Unset): The goal, in US dollars, is below this.
        goal_from_usd (float | None | Unset): The goal, in US dollars, is at least this.
        parent (None | str | Unset): The parent category; absent for all categories.
    """

    campaigns: int
    success_rate: float
    goal_below_usd: float | None | Unset = UNSET
    goal_from_usd: float | None | Unset = UNSET
    parent: None | str | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        campaigns = self.campaigns

        success_rate = self.success_rate

        goal_below_usd: float | None | Unset
        if isinstance(self.goal_below_usd, Unset):
            goal_below_usd = UNSET
        else:
            goal_below_usd = self.goal_below_usd

        goal_from_usd: float | None | Unset
        if isinstance(self.goal_from_usd, Unset):
            goal_from_usd = UNSET
        else:
            goal_from_usd = self.goal_from_usd

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
                "success_rate": success_rate,
            }
        )
        if goal_below_usd is not UNSET:
            field_dict["goal_below_usd"] = goal_below_usd
        if goal_from_usd is not UNSET:
            field_dict["goal_from_usd"] = goal_from_usd
        if parent is not UNSET:
            field_dict["parent"] = parent

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        campaigns = d.pop("campaigns")

        success_rate = d.pop("success_rate")

        def _parse_goal_below_usd(data: object) -> float | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(float | None | Unset, data)

        goal_below_usd = _parse_goal_below_usd(d.pop("goal_below_usd", UNSET))

        def _parse_goal_from_usd(data: object) -> float | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(float | None | Unset, data)

        goal_from_usd = _parse_goal_from_usd(d.pop("goal_from_usd", UNSET))

        def _parse_parent(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        parent = _parse_parent(d.pop("parent", UNSET))

        goal_rate = cls(
            campaigns=campaigns,
            success_rate=success_rate,
            goal_below_usd=goal_below_usd,
            goal_from_usd=goal_from_usd,
            parent=parent,
        )

        goal_rate.additional_properties = d
        return goal_rate

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
