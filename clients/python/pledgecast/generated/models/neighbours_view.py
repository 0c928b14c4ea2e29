from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

T = TypeVar("T", bound="NeighboursView")


@_attrs_define
class NeighboursView:
    """Similar campaigns: those with the same category, goal band and duration band. A missing end is open.

    Attributes:
        campaigns (int): The number of campaigns.
        goal_quartiles_usd (list[float]): The quartiles of their goals, in US dollars.
        success_rate (float): The share that reached their goal, 0 to 1.
        category (None | str | Unset): The category; absent if they are from the whole parent.
        duration_below_days (int | None | Unset): The duration is less than this many days.
        duration_from_days (int | None | Unset): The duration is at least this many days.
        goal_below_usd (float | None | Unset): The goal, in US dollars, is below this.
        goal_from_usd (float | None | Unset): The goal, in US dollars, is at least this.
        parent (None | str | Unset): The parent category; absent if they are from all categories.
    """

    campaigns: int
    goal_quartiles_usd: list[float]
    success_rate: float
    category: None | str | Unset = UNSET
    duration_below_days: int | None | Unset = UNSET
    duration_from_days: int | None | Unset = UNSET
    goal_below_usd: float | None | Unset = UNSET
    goal_from_usd: float | None | Unset = UNSET
    parent: None | str | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        campaigns = self.campaigns

        goal_quartiles_usd = self.goal_quartiles_usd

        success_rate = self.success_rate

        category: None | str | Unset
        if isinstance(self.category, Unset):
            category = UNSET
        else:
            category = self.category

        duration_below_days: int | None | Unset
        if isinstance(self.duration_below_days, Unset):
            duration_below_days = UNSET
        else:
            duration_below_days = self.duration_below_days

        duration_from_days: int | None | Unset
        if isinstance(self.duration_from_days, Unset):
            duration_from_days = UNSET
        else:
            duration_from_days = self.duration_from_days

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
                "goal_quartiles_usd": goal_quartiles_usd,
                "success_rate": success_rate,
            }
        )
        if category is not UNSET:
            field_dict["category"] = category
        if duration_below_days is not UNSET:
            field_dict["duration_below_days"] = duration_below_days
        if duration_from_days is not UNSET:
            field_dict["duration_from_days"] = duration_from_days
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

        goal_quartiles_usd = cast(list[float], d.pop("goal_quartiles_usd"))

        success_rate = d.pop("success_rate")

        def _parse_category(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        category = _parse_category(d.pop("category", UNSET))

        def _parse_duration_below_days(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        duration_below_days = _parse_duration_below_days(d.pop("duration_below_days", UNSET))

        def _parse_duration_from_days(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        duration_from_days = _parse_duration_from_days(d.pop("duration_from_days", UNSET))

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

        neighbours_view = cls(
            campaigns=campaigns,
            goal_quartiles_usd=goal_quartiles_usd,
            success_rate=success_rate,
            category=category,
            duration_below_days=duration_below_days,
            duration_from_days=duration_from_days,
            goal_below_usd=goal_below_usd,
            goal_from_usd=goal_from_usd,
            parent=parent,
        )

        neighbours_view.additional_properties = d
        return neighbours_view

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
