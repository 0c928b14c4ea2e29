from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.change_type_3_code import ChangeType3Code

T = TypeVar("T", bound="ChangeType3")


@_attrs_define
class ChangeType3:
    """Prepare for longer before the launch.

    Attributes:
        code (ChangeType3Code):
        created_at (datetime.date): The draft, if the launch stays: what is scored, so that month and weekday stay the
            same.
        days (int): The days between draft and launch.
    """

    code: ChangeType3Code
    created_at: datetime.date
    days: int
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        code = self.code.value

        created_at = self.created_at.isoformat()

        days = self.days

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "code": code,
                "created_at": created_at,
                "days": days,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        code = ChangeType3Code(d.pop("code"))

        created_at = datetime.date.fromisoformat(d.pop("created_at"))

        days = d.pop("days")

        change_type_3 = cls(
            code=code,
            created_at=created_at,
            days=days,
        )

        change_type_3.additional_properties = d
        return change_type_3

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
