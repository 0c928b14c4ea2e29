from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

T = TypeVar("T", bound="OutcomeView")


@_attrs_define
class OutcomeView:
    """How a campaign ended, as reported by the owner of its task.

    Attributes:
        reached (bool): Whether the campaign reached its goal.
        reported_at (datetime.datetime): When it was reported.
        raised_usd (float | None | Unset): What it raised, in US dollars with cents; absent if not reported.
    """

    reached: bool
    reported_at: datetime.datetime
    raised_usd: float | None | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        reached = self.reached

        reported_at = self.reported_at.isoformat()

        raised_usd: float | None | Unset
        if isinstance(self.raised_usd, Unset):
            raised_usd = UNSET
        else:
            raised_usd = self.raised_usd

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "reached": reached,
                "reported_at": reported_at,
            }
        )
        if raised_usd is not UNSET:
            field_dict["raised_usd"] = raised_usd

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        reached = d.pop("reached")

        reported_at = datetime.datetime.fromisoformat(d.pop("reported_at"))

        def _parse_raised_usd(data: object) -> float | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(float | None | Unset, data)

        raised_usd = _parse_raised_usd(d.pop("raised_usd", UNSET))

        outcome_view = cls(
            reached=reached,
            reported_at=reported_at,
            raised_usd=raised_usd,
        )

        outcome_view.additional_properties = d
        return outcome_view

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
