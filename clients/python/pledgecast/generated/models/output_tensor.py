from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

T = TypeVar("T", bound="OutputTensor")


@_attrs_define
class OutputTensor:
    """The values of one output.

    Attributes:
        data (list[float | str]): Its elements.
        datatype (str): The type of its elements.
        name (str): Its name.
        shape (list[int]): Its shape: the number of rows.
    """

    data: list[float | str]
    datatype: str
    name: str
    shape: list[int]
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        data = []
        for data_item_data in self.data:
            data_item: float | str
            data_item = data_item_data
            data.append(data_item)

        datatype = self.datatype

        name = self.name

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
        data = []
        _data = d.pop("data")
        for data_item_data in _data:

            def _parse_data_item(data: object) -> float | str:
                return cast(float | str, data)

            data_item = _parse_data_item(data_item_data)

            data.append(data_item)

        datatype = d.pop("datatype")

        name = d.pop("name")

        shape = cast(list[int], d.pop("shape"))

        output_tensor = cls(
            data=data,
            datatype=datatype,
            name=name,
            shape=shape,
        )

        output_tensor.additional_properties = d
        return output_tensor

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
