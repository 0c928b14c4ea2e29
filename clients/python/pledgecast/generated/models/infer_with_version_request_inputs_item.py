from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.infer_with_version_request_inputs_item_datatype import (
    InferWithVersionRequestInputsItemDatatype,
)
from ..models.infer_with_version_request_inputs_item_name import (
    InferWithVersionRequestInputsItemName,
)

T = TypeVar("T", bound="InferWithVersionRequestInputsItem")


@_attrs_define
class InferWithVersionRequestInputsItem:
    """
    Attributes:
        data (list[Any]): The elements, flat or nested.
        datatype (InferWithVersionRequestInputsItemDatatype): The type of the elements.
        name (InferWithVersionRequestInputsItemName): The name of a field of a campaign.
        shape (list[int]): The number of rows; further dimensions are 1.
    """

    data: list[Any]
    datatype: InferWithVersionRequestInputsItemDatatype
    name: InferWithVersionRequestInputsItemName
    shape: list[int]
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        data = self.data

        datatype = self.datatype.value

        name = self.name.value

        shape = self.shape

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "data": data,
                "datatype": datatype,
                "name": name,
                "shape": shape,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        data = cast(list[Any], d.pop("data"))

        datatype = InferWithVersionRequestInputsItemDatatype(d.pop("datatype"))

        name = InferWithVersionRequestInputsItemName(d.pop("name"))

        shape = cast(list[int], d.pop("shape"))

        infer_with_version_request_inputs_item = cls(
            data=data,
            datatype=datatype,
            name=name,
            shape=shape,
        )

        infer_with_version_request_inputs_item.additional_properties = d
        return infer_with_version_request_inputs_item

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
