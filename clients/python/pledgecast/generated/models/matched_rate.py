from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

T = TypeVar("T", bound="MatchedRate")


@_attrs_define
class MatchedRate:
    """The success rate of campaigns with one value, or range of values, of the changed field.

    Attributes:
        campaigns (int): The number of campaigns.
        success_rate (float): The share that reached their goal, 0 to 1.
        below (float | None | Unset): The value is below this.
        from_ (float | None | Unset): The value is at least this: dollars or days; absent if the range is open, or the
            value has no range.
    """

    campaigns: int
    success_rate: float
    below: float | None | Unset = UNSET
    from_: float | None | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        campaigns = self.campaigns

        success_rate = self.success_rate

        below: float | None | Unset
        if isinstance(self.below, Unset):
            below = UNSET
        else:
            below = self.below

        from_: float | None | Unset
        if isinstance(self.from_, Unset):
            from_ = UNSET
        else:
            from_ = self.from_

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "campaigns": campaigns,
                "success_rate": success_rate,
            }
        )
        if below is not UNSET:
            field_dict["below"] = below
        if from_ is not UNSET:
            field_dict["from"] = from_

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        campaigns = d.pop("campaigns")

        success_rate = d.pop("success_rate")

        def _parse_below(data: object) -> float | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(float | None | Unset, data)

        below = _parse_below(d.pop("below", UNSET))

        def _parse_from_(data: object) -> float | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(float | None | Unset, data)

        from_ = _parse_from_(d.pop("from", UNSET))

        matched_rate = cls(
            campaigns=campaigns,
            success_rate=success_rate,
            below=below,
            from_=from_,
        )

        matched_rate.additional_properties = d
        return matched_rate

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
