from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

T = TypeVar("T", bound="Campaign")


@_attrs_define
class Campaign:
    """A checked campaign. Fields have their wire names. It is stored as JSON with the task.

    Attributes:
        analytics_name (str): The category.
        blurb (str): The one-line summary under the title.
        country (str): ISO 3166 code of the creator's country in upper case, or `Other`.
        created_at (datetime.date): When the draft was created.
        currency (str): Code of the currency of the goal.
        deadline (datetime.date): When funding ends.
        has_video (bool): Whether the page has a video.
        launched_at (datetime.date): When funding starts.
        name (str): The title.
        parent_name (str): The parent of the category.
        usd_goal (float): The goal in US dollars.
        earlier_projects (int | None | Unset): How many campaigns the creator has launched before; `None` if unknown.
        earlier_successes (int | None | Unset): How many of these reached their goal; `None` if unknown.
        fx_rate (float | None | Unset): US dollars per unit of the currency today; `None` if unknown.
        is_not_first_project (bool | None | Unset): Whether the creator has launched a campaign before; `None` if
            unknown.
        median_reward_usd (float | None | Unset): The median price of the reward tiers, in US dollars; `None` if
            unknown.
        name_city (None | str | Unset): The city; `None` if unknown.
        position (int | None | Unset): The position of the category in its parent's list.
        ppohasaction (bool | None | Unset): Kickstarter's flag of that name; `None` if unknown.
        prelaunch_activated (bool | None | Unset): Whether the campaign had a pre-launch page; `None` if unknown.
        region (None | str | Unset): The state or region; `None` if unknown.
        reward_tiers (int | None | Unset): The number of reward tiers; `None` if unknown.
        staff_pick (bool | None | Unset): Whether Kickstarter picked it as a "Project We Love"; `None` if not yet
            decided or unknown.
        static_usd_rate (float | None | Unset): US dollars per unit of the currency at launch; `None` if unknown.
        type_ (None | str | Unset): The kind of location, such as a town; `None` if unknown.
    """

    analytics_name: str
    blurb: str
    country: str
    created_at: datetime.date
    currency: str
    deadline: datetime.date
    has_video: bool
    launched_at: datetime.date
    name: str
    parent_name: str
    usd_goal: float
    earlier_projects: int | None | Unset = UNSET
    earlier_successes: int | None | Unset = UNSET
    fx_rate: float | None | Unset = UNSET
    is_not_first_project: bool | None | Unset = UNSET
    median_reward_usd: float | None | Unset = UNSET
    name_city: None | str | Unset = UNSET
    position: int | None | Unset = UNSET
    ppohasaction: bool | None | Unset = UNSET
    prelaunch_activated: bool | None | Unset = UNSET
    region: None | str | Unset = UNSET
    reward_tiers: int | None | Unset = UNSET
    staff_pick: bool | None | Unset = UNSET
    static_usd_rate: float | None | Unset = UNSET
    type_: None | str | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        analytics_name = self.analytics_name

        blurb = self.blurb

        country = self.country

        created_at = self.created_at.isoformat()

        currency = self.currency

        deadline = self.deadline.isoformat()

        has_video = self.has_video

        launched_at = self.launched_at.isoformat()

        name = self.name

        parent_name = self.parent_name

        usd_goal = self.usd_goal

        earlier_projects: int | None | Unset
        if isinstance(self.earlier_projects, Unset):
            earlier_projects = UNSET
        else:
            earlier_projects = self.earlier_projects

        earlier_successes: int | None | Unset
        if isinstance(self.earlier_successes, Unset):
            earlier_successes = UNSET
        else:
            earlier_successes = self.earlier_successes

        fx_rate: float | None | Unset
        if isinstance(self.fx_rate, Unset):
            fx_rate = UNSET
        else:
            fx_rate = self.fx_rate

        is_not_first_project: bool | None | Unset
        if isinstance(self.is_not_first_project, Unset):
            is_not_first_project = UNSET
        else:
            is_not_first_project = self.is_not_first_project

        median_reward_usd: float | None | Unset
        if isinstance(self.median_reward_usd, Unset):
            median_reward_usd = UNSET
        else:
            median_reward_usd = self.median_reward_usd

        name_city: None | str | Unset
        if isinstance(self.name_city, Unset):
            name_city = UNSET
        else:
            name_city = self.name_city

        position: int | None | Unset
        if isinstance(self.position, Unset):
            position = UNSET
        else:
            position = self.position

        ppohasaction: bool | None | Unset
        if isinstance(self.ppohasaction, Unset):
            ppohasaction = UNSET
        else:
            ppohasaction = self.ppohasaction

        prelaunch_activated: bool | None | Unset
        if isinstance(self.prelaunch_activated, Unset):
            prelaunch_activated = UNSET
        else:
            prelaunch_activated = self.prelaunch_activated

        region: None | str | Unset
        if isinstance(self.region, Unset):
            region = UNSET
        else:
            region = self.region

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

        static_usd_rate: float | None | Unset
        if isinstance(self.static_usd_rate, Unset):
            static_usd_rate = UNSET
        else:
            static_usd_rate = self.static_usd_rate

        type_: None | str | Unset
        if isinstance(self.type_, Unset):
            type_ = UNSET
        else:
            type_ = self.type_

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "analytics_name": analytics_name,
                "blurb": blurb,
                "country": country,
                "created_at": created_at,
                "currency": currency,
                "deadline": deadline,
                "has_video": has_video,
                "launched_at": launched_at,
                "name": name,
                "parent_name": parent_name,
                "usd_goal": usd_goal,
            }
        )
        if earlier_projects is not UNSET:
            field_dict["earlier_projects"] = earlier_projects
        if earlier_successes is not UNSET:
            field_dict["earlier_successes"] = earlier_successes
        if fx_rate is not UNSET:
            field_dict["fx_rate"] = fx_rate
        if is_not_first_project is not UNSET:
            field_dict["is_not_first_project"] = is_not_first_project
        if median_reward_usd is not UNSET:
            field_dict["median_reward_usd"] = median_reward_usd
        if name_city is not UNSET:
            field_dict["name_city"] = name_city
        if position is not UNSET:
            field_dict["position"] = position
        if ppohasaction is not UNSET:
            field_dict["ppohasaction"] = ppohasaction
        if prelaunch_activated is not UNSET:
            field_dict["prelaunch_activated"] = prelaunch_activated
        if region is not UNSET:
            field_dict["region"] = region
        if reward_tiers is not UNSET:
            field_dict["reward_tiers"] = reward_tiers
        if staff_pick is not UNSET:
            field_dict["staff_pick"] = staff_pick
        if static_usd_rate is not UNSET:
            field_dict["static_usd_rate"] = static_usd_rate
        if type_ is not UNSET:
            field_dict["type"] = type_

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        analytics_name = d.pop("analytics_name")

        blurb = d.pop("blurb")

        country = d.pop("country")

        created_at = datetime.date.fromisoformat(d.pop("created_at"))

        currency = d.pop("currency")

        deadline = datetime.date.fromisoformat(d.pop("deadline"))

        has_video = d.pop("has_video")

        launched_at = datetime.date.fromisoformat(d.pop("launched_at"))

        name = d.pop("name")

        parent_name = d.pop("parent_name")

        usd_goal = d.pop("usd_goal")

        def _parse_earlier_projects(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        earlier_projects = _parse_earlier_projects(d.pop("earlier_projects", UNSET))

        def _parse_earlier_successes(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        earlier_successes = _parse_earlier_successes(d.pop("earlier_successes", UNSET))

        def _parse_fx_rate(data: object) -> float | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(float | None | Unset, data)

        fx_rate = _parse_fx_rate(d.pop("fx_rate", UNSET))

        def _parse_is_not_first_project(data: object) -> bool | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(bool | None | Unset, data)

        is_not_first_project = _parse_is_not_first_project(d.pop("is_not_first_project", UNSET))

        def _parse_median_reward_usd(data: object) -> float | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(float | None | Unset, data)

        median_reward_usd = _parse_median_reward_usd(d.pop("median_reward_usd", UNSET))

        def _parse_name_city(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        name_city = _parse_name_city(d.pop("name_city", UNSET))

        def _parse_position(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        position = _parse_position(d.pop("position", UNSET))

        def _parse_ppohasaction(data: object) -> bool | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(bool | None | Unset, data)

        ppohasaction = _parse_ppohasaction(d.pop("ppohasaction", UNSET))

        def _parse_prelaunch_activated(data: object) -> bool | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(bool | None | Unset, data)

        prelaunch_activated = _parse_prelaunch_activated(d.pop("prelaunch_activated", UNSET))

        def _parse_region(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        region = _parse_region(d.pop("region", UNSET))

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

        def _parse_static_usd_rate(data: object) -> float | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(float | None | Unset, data)

        static_usd_rate = _parse_static_usd_rate(d.pop("static_usd_rate", UNSET))

        def _parse_type_(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        type_ = _parse_type_(d.pop("type", UNSET))

        campaign = cls(
            analytics_name=analytics_name,
            blurb=blurb,
            country=country,
            created_at=created_at,
            currency=currency,
            deadline=deadline,
            has_video=has_video,
            launched_at=launched_at,
            name=name,
            parent_name=parent_name,
            usd_goal=usd_goal,
            earlier_projects=earlier_projects,
            earlier_successes=earlier_successes,
            fx_rate=fx_rate,
            is_not_first_project=is_not_first_project,
            median_reward_usd=median_reward_usd,
            name_city=name_city,
            position=position,
            ppohasaction=ppohasaction,
            prelaunch_activated=prelaunch_activated,
            region=region,
            reward_tiers=reward_tiers,
            staff_pick=staff_pick,
            static_usd_rate=static_usd_rate,
            type_=type_,
        )

        campaign.additional_properties = d
        return campaign

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
