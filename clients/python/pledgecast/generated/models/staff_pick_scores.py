from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

T = TypeVar("T", bound="StaffPickScores")


@_attrs_define
class StaffPickScores:
    """The scores by staff pick.

    Attributes:
        off (float): The probability if Kickstarter does not.
        on (float): The probability if Kickstarter picks the campaign.
        unknown (float | None | Unset): The probability while that is unknown; `None` in results of models that did not
            tell it from `off`.
    """

    off: float
    on: float
    unknown: float | None | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        off = self.off

        on = self.on

        unknown: float | None | Unset
        if isinstance(self.unknown, Unset):
            unknown = UNSET
        else:
            unknown = self.unknown

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "off": off,
                "on": on,
            }
        )
        if unknown is not UNSET:
            field_dict["unknown"] = unknown

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        off = d.pop("off")

        on = d.pop("on")

        def _parse_unknown(data: object) -> float | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(float | None | Unset, data)

        unknown = _parse_unknown(d.pop("unknown", UNSET))

        staff_pick_scores = cls(
            off=off,
            on=on,
            unknown=unknown,
        )

        staff_pick_scores.additional_properties = d
        return staff_pick_scores

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
