from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

T = TypeVar("T", bound="WhatIfRequest")


@_attrs_define
class WhatIfRequest:
    """
    Attributes:
        id (int): The ID of the task.
        created_at (datetime.date | None | Unset): When the draft was created.
        deadline (datetime.date | None | Unset): When funding ends.
        has_video (bool | None | Unset): Whether the page has a video.
        launched_at (datetime.date | None | Unset): When funding starts.
        median_reward_usd (float | None | Unset): The median price of the reward tiers, in US dollars.
        reward_tiers (int | None | Unset): The number of reward tiers.
        staff_pick (bool | None | Unset): Whether Kickstarter picked it as a "Project We Love".
        usd_goal (float | None | Unset): The goal in US dollars.
    """

    id: int
    created_at: datetime.date | None | Unset = UNSET
    deadline: datetime.date | None | Unset = UNSET
    has_video: bool | None | Unset = UNSET
    launched_at: datetime.date | None | Unset = UNSET
    median_reward_usd: float | None | Unset = UNSET
    reward_tiers: int | None | Unset = UNSET
    staff_pick: bool | None | Unset = UNSET
    usd_goal: float | None | Unset = UNSET
    additional_properties: dict[str, bool | float | None | str] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        id = self.id

        created_at: None | str | Unset
        if isinstance(self.created_at, Unset):
            created_at = UNSET
        elif isinstance(self.created_at, datetime.date):
            created_at = self.created_at.isoformat()
        else:
            created_at = self.created_at

        deadline: None | str | Unset
        if isinstance(self.deadline, Unset):
            deadline = UNSET
        elif isinstance(self.deadline, datetime.date):
            deadline = self.deadline.isoformat()
        else:
            deadline = self.deadline

        has_video: bool | None | Unset
        if isinstance(self.has_video, Unset):
            has_video = UNSET
        else:
            has_video = self.has_video

        launched_at: None | str | Unset
        if isinstance(self.launched_at, Unset):
            launched_at = UNSET
        elif isinstance(self.launched_at, datetime.date):
            launched_at = self.launched_at.isoformat()
        else:
            launched_at = self.launched_at

        median_reward_usd: float | None | Unset
        if isinstance(self.median_reward_usd, Unset):
            median_reward_usd = UNSET
        else:
            median_reward_usd = self.median_reward_usd

        reward_tiers: int | None | Unset
        if isinstance(self.reward_tiers, Unset):
            reward_tiers = UNSET
        else:
            reward_tiers = self.reward_tiers

        staff_pick: bool | None | Unset
        if isinstance(self.staff_pick, Unset):
            staff_pick = UNSET
        else:
            staff_pick = self.staff_pick

        usd_goal: float | None | Unset
        if isinstance(self.usd_goal, Unset):
            usd_goal = UNSET
        else:
            usd_goal = self.usd_goal

        field_dict: dict[str, Any] = {}
        for prop_name, prop in self.additional_properties.items():
            field_dict[prop_name] = prop

        field_dict.update(
            {
                "id": id,
            }
        )
        if created_at is not UNSET:
            field_dict["created_at"] = created_at
        if deadline is not UNSET:
            field_dict["deadline"] = deadline
        if has_video is not UNSET:
            field_dict["has_video"] = has_video
        if launched_at is not UNSET:
            field_dict["launched_at"] = launched_at
        if median_reward_usd is not UNSET:
            field_dict["median_reward_usd"] = median_reward_usd
        if reward_tiers is not UNSET:
            field_dict["reward_tiers"] = reward_tiers
        if staff_pick is not UNSET:
            field_dict["staff_pick"] = staff_pick
        if usd_goal is not UNSET:
            field_dict["usd_goal"] = usd_goal

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        id = d.pop("id")

        def _parse_created_at(data: object) -> datetime.date | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                created_at_type_0 = datetime.date.fromisoformat(data)

                return created_at_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.date | None | Unset, data)

        created_at = _parse_created_at(d.pop("created_at", UNSET))

        def _parse_deadline(data: object) -> datetime.date | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                deadline_type_0 = datetime.date.fromisoformat(data)

                return deadline_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.date | None | Unset, data)

        deadline = _parse_deadline(d.pop("deadline", UNSET))

        def _parse_has_video(data: object) -> bool | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(bool | None | Unset, data)

        has_video = _parse_has_video(d.pop("has_video", UNSET))

        def _parse_launched_at(data: object) -> datetime.date | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                launched_at_type_0 = datetime.date.fromisoformat(data)

                return launched_at_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.date | None | Unset, data)

        launched_at = _parse_launched_at(d.pop("launched_at", UNSET))

        def _parse_median_reward_usd(data: object) -> float | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(float | None | Unset, data)

        median_reward_usd = _parse_median_reward_usd(d.pop("median_reward_usd", UNSET))

        def _parse_reward_tiers(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        reward_tiers = _parse_reward_tiers(d.pop("reward_tiers", UNSET))

        def _parse_staff_pick(data: object) -> bool | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(bool | None | Unset, data)

        staff_pick = _parse_staff_pick(d.pop("staff_pick", UNSET))

        def _parse_usd_goal(data: object) -> float | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(float | None | Unset, data)

        usd_goal = _parse_usd_goal(d.pop("usd_goal", UNSET))

        what_if_request = cls(
            id=id,
            created_at=created_at,
            deadline=deadline,
            has_video=has_video,
            launched_at=launched_at,
            median_reward_usd=median_reward_usd,
            reward_tiers=reward_tiers,
            staff_pick=staff_pick,
            usd_goal=usd_goal,
        )

        additional_properties = {}
        for prop_name, prop_dict in d.items():

            def _parse_additional_property(data: object) -> bool | float | None | str:
                if data is None:
                    return data
                return cast(bool | float | None | str, data)

            additional_property = _parse_additional_property(prop_dict)

            additional_properties[prop_name] = additional_property

        what_if_request.additional_properties = additional_properties
        return what_if_request

    @property
    def additional_keys(self) -> list[str]:
        return list(self.additional_properties.keys())

    def __getitem__(self, key: str) -> bool | float | None | str:
        return self.additional_properties[key]

    def __setitem__(self, key: str, value: bool | float | None | str) -> None:
        self.additional_properties[key] = value

    def __delitem__(self, key: str) -> None:
        del self.additional_properties[key]

    def __contains__(self, key: str) -> bool:
        return key in self.additional_properties
