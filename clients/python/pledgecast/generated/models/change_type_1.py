from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.change_type_1_code import ChangeType1Code

T = TypeVar("T", bound="ChangeType1")


@_attrs_define
class ChangeType1:
    """Collect for more or fewer days.

    Attributes:
        code (ChangeType1Code):
        days (int): The days of funding.
        deadline (datetime.date): When funding ends.
    """

    code: ChangeType1Code
    days: int
    deadline: datetime.date
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        code = self.code.value

        days = self.days

        deadline = self.deadline.isoformat()

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "code": code,
                "days": days,
                "deadline": deadline,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        code = ChangeType1Code(d.pop("code"))

        days = d.pop("days")

        deadline = datetime.date.fromisoformat(d.pop("deadline"))

        change_type_1 = cls(
            code=code,
            days=days,
            deadline=deadline,
        )

        change_type_1.additional_properties = d
        return change_type_1

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
