from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.matched_rate import MatchedRate


T = TypeVar("T", bound="ChangeEvidence")


@_attrs_define
class ChangeEvidence:
    """How campaigns of the same category or parent category did with and without a change.

    Attributes:
        with_ (MatchedRate): The success rate of campaigns with one value, or range of values, of the changed field.
        without (MatchedRate): The success rate of campaigns with one value, or range of values, of the changed field.
        goal_below_usd (float | None | Unset): Their goals are below this, in US dollars.
        goal_from_usd (float | None | Unset): Their goals are at least this, in US dollars; absent if the range is open,
            or the goal is what changes.
        of_category (bool | Unset): Whether they are of the same category; else they are of the same parent category.
    """

    with_: MatchedRate
    without: MatchedRate
    goal_below_usd: float | None | Unset = UNSET
    goal_from_usd: float | None | Unset = UNSET
    of_category: bool | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        with_ = self.with_.to_dict()

        without = self.without.to_dict()

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

        of_category = self.of_category

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "with": with_,
                "without": without,
            }
        )
        if goal_below_usd is not UNSET:
            field_dict["goal_below_usd"] = goal_below_usd
        if goal_from_usd is not UNSET:
            field_dict["goal_from_usd"] = goal_from_usd
        if of_category is not UNSET:
            field_dict["of_category"] = of_category

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.matched_rate import MatchedRate  # noqa: PLC0415

        d = dict(src_dict)
        with_ = MatchedRate.from_dict(d.pop("with"))

        without = MatchedRate.from_dict(d.pop("without"))

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

        of_category = d.pop("of_category", UNSET)

        change_evidence = cls(
            with_=with_,
            without=without,
            goal_below_usd=goal_below_usd,
            goal_from_usd=goal_from_usd,
            of_category=of_category,
        )

        change_evidence.additional_properties = d
        return change_evidence

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
