from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.out_of_distribution_type_1_code import OutOfDistributionType1Code

T = TypeVar("T", bound="OutOfDistributionType1")


@_attrs_define
class OutOfDistributionType1:
    """A value that the model does not know, such as a rare country.

    Attributes:
        code (OutOfDistributionType1Code):
        field (str): The wire name of the field.
        value (str): The unknown value.
    """

    code: OutOfDistributionType1Code
    field: str
    value: str
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        code = self.code.value

        field = self.field

        value = self.value

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "code": code,
                "field": field,
                "value": value,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        code = OutOfDistributionType1Code(d.pop("code"))

        field = d.pop("field")

        value = d.pop("value")

        out_of_distribution_type_1 = cls(
            code=code,
            field=field,
            value=value,
        )

        out_of_distribution_type_1.additional_properties = d
        return out_of_distribution_type_1

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
