from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.out_of_distribution_type_2_code import OutOfDistributionType2Code

T = TypeVar("T", bound="OutOfDistributionType2")


@_attrs_define
class OutOfDistributionType2:
    """There were few campaigns with this combination.

    Attributes:
        campaigns (int): The number of such campaigns.
        code (OutOfDistributionType2Code):
        field (str): The wire name of the field that makes it rare.
    """

    campaigns: int
    code: OutOfDistributionType2Code
    field: str
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        campaigns = self.campaigns

        code = self.code.value

        field = self.field

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "campaigns": campaigns,
                "code": code,
                "field": field,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        campaigns = d.pop("campaigns")

        code = OutOfDistributionType2Code(d.pop("code"))

        field = d.pop("field")

        out_of_distribution_type_2 = cls(
            campaigns=campaigns,
            code=code,
            field=field,
        )

        out_of_distribution_type_2.additional_properties = d
        return out_of_distribution_type_2

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
