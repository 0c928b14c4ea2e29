from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.infer_request_inputs_item_datatype import InferRequestInputsItemDatatype
from ..models.infer_request_inputs_item_name import InferRequestInputsItemName

T = TypeVar("T", bound="InferRequestInputsItem")


@_attrs_define
class InferRequestInputsItem:
    """
    Attributes:
        data (list[Any]): The elements, flat or nested.
        datatype (InferRequestInputsItemDatatype): The type of the elements.
        name (InferRequestInputsItemName): The name of a field of a campaign.
        shape (list[int]): The number of rows; further dimensions are 1.
    """

    data: list[Any]
    datatype: InferRequestInputsItemDatatype
    name: InferRequestInputsItemName
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

        datatype = InferRequestInputsItemDatatype(d.pop("datatype"))

        name = InferRequestInputsItemName(d.pop("name"))

        shape = cast(list[int], d.pop("shape"))

        infer_request_inputs_item = cls(
            data=data,
            datatype=datatype,
            name=name,
            shape=shape,
        )

        infer_request_inputs_item.additional_properties = d
        return infer_request_inputs_item

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
