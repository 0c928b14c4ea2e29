from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

T = TypeVar("T", bound="ReportedView")


@_attrs_define
class ReportedView:
    """What became of the lines of a file of outcomes.

    Attributes:
        reported (int): Lines that reported or corrected an outcome.
        skipped (int): Lines without an outcome.
        unchanged (int): Lines that repeated the current outcome.
    """

    reported: int
    skipped: int
    unchanged: int
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        reported = self.reported

        skipped = self.skipped

        unchanged = self.unchanged

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "reported": reported,
                "skipped": skipped,
                "unchanged": unchanged,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        reported = d.pop("reported")

        skipped = d.pop("skipped")

        unchanged = d.pop("unchanged")

        reported_view = cls(
            reported=reported,
            skipped=skipped,
            unchanged=unchanged,
        )

        reported_view.additional_properties = d
        return reported_view

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
