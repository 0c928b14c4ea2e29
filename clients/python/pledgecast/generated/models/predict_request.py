from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.predict_request_analytics_name import PredictRequestAnalyticsName
from ..models.predict_request_country import PredictRequestCountry
from ..models.predict_request_currency import PredictRequestCurrency
from ..models.predict_request_parent_name_type_1 import PredictRequestParentNameType1
from ..models.predict_request_parent_name_type_2_type_1 import (
    PredictRequestParentNameType2Type1,
)
from ..models.predict_request_parent_name_type_3_type_1 import (
    PredictRequestParentNameType3Type1,
)
from ..types import UNSET, Unset

T = TypeVar("T", bound="PredictRequest")


@_attrs_define
class PredictRequest:
    """
    Attributes:
        analytics_name (PredictRequestAnalyticsName): The category.
        country (PredictRequestCountry): ISO 3166 code of the creator's country in upper case, or `Other`.
        currency (PredictRequestCurrency): Code of the currency of the goal.
        deadline (datetime.date): When funding ends.
        launched_at (datetime.date): When funding starts.
        name (str): The title.
        usd_goal (float): The goal in US dollars.
        blurb (None | str | Unset): The one-line summary under the title.
        created_at (datetime.date | None | Unset): When the draft was created.
        earlier_projects (int | None | Unset): How many campaigns the creator has launched before.
        earlier_successes (int | None | Unset): How many of these reached their goal.
        fx_rate (float | None | Unset): US dollars per unit of the currency today.
        has_video (bool | None | Unset): Whether the page has a video.
        idempotency_key (None | str | Unset): A key that the client makes for this request, such as a UUID. A repeated
            request with the same key returns what the first one created. Required, unless the header `Idempotency-Key` is
            sent.
        is_not_first_project (bool | None | Unset): Whether the creator has launched a campaign before.
        max_price (int | None | Unset): The highest price that you agree to, in credits. If the price has risen, nothing
            is bought.
        median_reward_usd (float | None | Unset): The median price of the reward tiers, in US dollars.
        model_id (int | None | Unset): The model to predict with; the default model if absent.
        name_city (None | str | Unset): The city.
        parent_name (None | PredictRequestParentNameType1 | PredictRequestParentNameType2Type1 |
            PredictRequestParentNameType3Type1 | Unset): The parent of the category.
        position (int | None | Unset): The position of the category in its parent's list.
        ppohasaction (bool | None | Unset): Kickstarter's flag of that name.
        prelaunch_activated (bool | None | Unset): Whether the campaign had a pre-launch page.
        region (None | str | Unset): The state or region.
        reward_tiers (int | None | Unset): The number of reward tiers.
        staff_pick (bool | None | Unset): Whether Kickstarter picked it as a "Project We Love".
        static_usd_rate (float | None | Unset): US dollars per unit of the currency at launch.
        type_ (None | str | Unset): The kind of location, such as a town.
    """

    analytics_name: PredictRequestAnalyticsName
    country: PredictRequestCountry
    currency: PredictRequestCurrency
    deadline: datetime.date
    launched_at: datetime.date
    name: str
    usd_goal: float
    blurb: None | str | Unset = UNSET
    created_at: datetime.date | None | Unset = UNSET
    earlier_projects: int | None | Unset = UNSET
    earlier_successes: int | None | Unset = UNSET
    fx_rate: float | None | Unset = UNSET
    has_video: bool | None | Unset = UNSET
    idempotency_key: None | str | Unset = UNSET
    is_not_first_project: bool | None | Unset = UNSET
    max_price: int | None | Unset = UNSET
    median_reward_usd: float | None | Unset = UNSET
    model_id: int | None | Unset = UNSET
    name_city: None | str | Unset = UNSET
    parent_name: (
        None
        | PredictRequestParentNameType1
        | PredictRequestParentNameType2Type1
        | PredictRequestParentNameType3Type1
        | Unset
    ) = UNSET
    position: int | None | Unset = UNSET
    ppohasaction: bool | None | Unset = UNSET
    prelaunch_activated: bool | None | Unset = UNSET
    region: None | str | Unset = UNSET
    reward_tiers: int | None | Unset = UNSET
    staff_pick: bool | None | Unset = UNSET
    static_usd_rate: float | None | Unset = UNSET
    type_: None | str | Unset = UNSET
    additional_properties: dict[str, bool | float | None | str] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        analytics_name = self.analytics_name.value

        country = self.country.value

        currency = self.currency.value

        deadline = self.deadline.isoformat()

        launched_at = self.launched_at.isoformat()

        name = self.name

        usd_goal = self.usd_goal

        blurb: None | str | Unset
        if isinstance(self.blurb, Unset):
            blurb = UNSET
        else:
            blurb = self.blurb

        created_at: None | str | Unset
        if isinstance(self.created_at, Unset):
            created_at = UNSET
        elif isinstance(self.created_at, datetime.date):
            created_at = self.created_at.isoformat()
        else:
            created_at = self.created_at

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

        has_video: bool | None | Unset
        if isinstance(self.has_video, Unset):
            has_video = UNSET
        else:
            has_video = self.has_video

        idempotency_key: None | str | Unset
        if isinstance(self.idempotency_key, Unset):
            idempotency_key = UNSET
        else:
            idempotency_key = self.idempotency_key

        is_not_first_project: bool | None | Unset
        if isinstance(self.is_not_first_project, Unset):
            is_not_first_project = UNSET
        else:
            is_not_first_project = self.is_not_first_project

        max_price: int | None | Unset
        if isinstance(self.max_price, Unset):
            max_price = UNSET
        else:
            max_price = self.max_price

        median_reward_usd: float | None | Unset
        if isinstance(self.median_reward_usd, Unset):
            median_reward_usd = UNSET
        else:
            median_reward_usd = self.median_reward_usd

        model_id: int | None | Unset
        if isinstance(self.model_id, Unset):
            model_id = UNSET
        else:
            model_id = self.model_id

        name_city: None | str | Unset
        if isinstance(self.name_city, Unset):
            name_city = UNSET
        else:
            name_city = self.name_city

        parent_name: None | str | Unset
        if isinstance(self.parent_name, Unset):
            parent_name = UNSET
        elif isinstance(self.parent_name, PredictRequestParentNameType1):
            parent_name = self.parent_name.value
        elif isinstance(self.parent_name, PredictRequestParentNameType2Type1):
            parent_name = self.parent_name.value
        elif isinstance(self.parent_name, PredictRequestParentNameType3Type1):
            parent_name = self.parent_name.value
        else:
            parent_name = self.parent_name

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
        for prop_name, prop in self.additional_properties.items():
            field_dict[prop_name] = prop

        field_dict.update(
            {
                "analytics_name": analytics_name,
                "country": country,
                "currency": currency,
                "deadline": deadline,
                "launched_at": launched_at,
                "name": name,
                "usd_goal": usd_goal,
            }
        )
        if blurb is not UNSET:
            field_dict["blurb"] = blurb
        if created_at is not UNSET:
            field_dict["created_at"] = created_at
        if earlier_projects is not UNSET:
            field_dict["earlier_projects"] = earlier_projects
        if earlier_successes is not UNSET:
            field_dict["earlier_successes"] = earlier_successes
        if fx_rate is not UNSET:
            field_dict["fx_rate"] = fx_rate
        if has_video is not UNSET:
            field_dict["has_video"] = has_video
        if idempotency_key is not UNSET:
            field_dict["idempotency_key"] = idempotency_key
        if is_not_first_project is not UNSET:
            field_dict["is_not_first_project"] = is_not_first_project
        if max_price is not UNSET:
            field_dict["max_price"] = max_price
        if median_reward_usd is not UNSET:
            field_dict["median_reward_usd"] = median_reward_usd
        if model_id is not UNSET:
            field_dict["model_id"] = model_id
        if name_city is not UNSET:
            field_dict["name_city"] = name_city
        if parent_name is not UNSET:
            field_dict["parent_name"] = parent_name
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
        analytics_name = PredictRequestAnalyticsName(d.pop("analytics_name"))

        country = PredictRequestCountry(d.pop("country"))

        currency = PredictRequestCurrency(d.pop("currency"))

        deadline = datetime.date.fromisoformat(d.pop("deadline"))

        launched_at = datetime.date.fromisoformat(d.pop("launched_at"))

        name = d.pop("name")

        usd_goal = d.pop("usd_goal")

        def _parse_blurb(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        blurb = _parse_blurb(d.pop("blurb", UNSET))

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

        def _parse_has_video(data: object) -> bool | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(bool | None | Unset, data)

        has_video = _parse_has_video(d.pop("has_video", UNSET))

        def _parse_idempotency_key(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        idempotency_key = _parse_idempotency_key(d.pop("idempotency_key", UNSET))

        def _parse_is_not_first_project(data: object) -> bool | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(bool | None | Unset, data)

        is_not_first_project = _parse_is_not_first_project(d.pop("is_not_first_project", UNSET))

        def _parse_max_price(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        max_price = _parse_max_price(d.pop("max_price", UNSET))

        def _parse_median_reward_usd(data: object) -> float | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(float | None | Unset, data)

        median_reward_usd = _parse_median_reward_usd(d.pop("median_reward_usd", UNSET))

        def _parse_model_id(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        model_id = _parse_model_id(d.pop("model_id", UNSET))

        def _parse_name_city(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        name_city = _parse_name_city(d.pop("name_city", UNSET))

        def _parse_parent_name(
            data: object,
        ) -> (
            None
            | PredictRequestParentNameType1
            | PredictRequestParentNameType2Type1
            | PredictRequestParentNameType3Type1
            | Unset
        ):
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                parent_name_type_1 = PredictRequestParentNameType1(data)

                return parent_name_type_1
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            try:
                if not isinstance(data, str):
                    raise TypeError()
                parent_name_type_2_type_1 = PredictRequestParentNameType2Type1(data)

                return parent_name_type_2_type_1
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            try:
                if not isinstance(data, str):
                    raise TypeError()
                parent_name_type_3_type_1 = PredictRequestParentNameType3Type1(data)

                return parent_name_type_3_type_1
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(
                None
                | PredictRequestParentNameType1
                | PredictRequestParentNameType2Type1
                | PredictRequestParentNameType3Type1
                | Unset,
                data,
            )

        parent_name = _parse_parent_name(d.pop("parent_name", UNSET))

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

        predict_request = cls(
            analytics_name=analytics_name,
            country=country,
            currency=currency,
            deadline=deadline,
            launched_at=launched_at,
            name=name,
            usd_goal=usd_goal,
            blurb=blurb,
            created_at=created_at,
            earlier_projects=earlier_projects,
            earlier_successes=earlier_successes,
            fx_rate=fx_rate,
            has_video=has_video,
            idempotency_key=idempotency_key,
            is_not_first_project=is_not_first_project,
            max_price=max_price,
            median_reward_usd=median_reward_usd,
            model_id=model_id,
            name_city=name_city,
            parent_name=parent_name,
            position=position,
            ppohasaction=ppohasaction,
            prelaunch_activated=prelaunch_activated,
            region=region,
            reward_tiers=reward_tiers,
            staff_pick=staff_pick,
            static_usd_rate=static_usd_rate,
            type_=type_,
        )

        additional_properties = {}
        for prop_name, prop_dict in d.items():

            def _parse_additional_property(data: object) -> bool | float | None | str:
                if data is None:
                    return data
                return cast(bool | float | None | str, data)

            additional_property = _parse_additional_property(prop_dict)

            additional_properties[prop_name] = additional_property

        predict_request.additional_properties = additional_properties
        return predict_request

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
