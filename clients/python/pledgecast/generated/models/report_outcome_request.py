from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

T = TypeVar("T", bound="ReportOutcomeRequest")


@_attrs_define
class ReportOutcomeRequest:
    """
    Attributes:
        id (int): The ID of the task.
        reached (bool): Whether the campaign reached its goal.
        raised_usd (float | None | Unset): What it raised, in US dollars. At least the goal if it was reached, less if
            not.
    """

    id: int
    reached: bool
    raised_usd: float | None | Unset = UNSET
    additional_properties: dict[str, bool | float | None | str] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        id = self.id

        reached = self.reached

        raised_usd: float | None | Unset
        if isinstance(self.raised_usd, Unset):
            raised_usd = UNSET
        else:
            raised_usd = self.raised_usd

        field_dict: dict[str, Any] = {}
        for prop_name, prop in self.additional_properties.items():
            field_dict[prop_name] = prop

        field_dict.update(
            {
                "id": id,
                "reached": reached,
            }
        )
        if raised_usd is not UNSET:
            field_dict["raised_usd"] = raised_usd

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        id = d.pop("id")

        reached = d.pop("reached")

        def _parse_raised_usd(data: object) -> float | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(float | None | Unset, data)

        raised_usd = _parse_raised_usd(d.pop("raised_usd", UNSET))

        report_outcome_request = cls(
            id=id,
            reached=reached,
            raised_usd=raised_usd,
        )

        additional_properties = {}
        for prop_name, prop_dict in d.items():

            def _parse_additional_property(data: object) -> bool | float | None | str:
                if data is None:
                    return data
                return cast(bool | float | None | str, data)

            additional_property = _parse_additional_property(prop_dict)

            additional_properties[prop_name] = additional_property

        report_outcome_request.additional_properties = additional_properties
        return report_outcome_request

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
