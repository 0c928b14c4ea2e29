from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.create_model_request_state_type_1 import CreateModelRequestStateType1
from ..models.create_model_request_state_type_2_type_1 import (
    CreateModelRequestStateType2Type1,
)
from ..models.create_model_request_state_type_3_type_1 import (
    CreateModelRequestStateType3Type1,
)
from ..types import UNSET, Unset

T = TypeVar("T", bound="CreateModelRequest")


@_attrs_define
class CreateModelRequest:
    """
    Attributes:
        onnx (str): The ONNX file with its manifest, in base64; at most 8 MiB. In a multipart form it is a file.
        price (int): The price of one prediction.
        description (None | str | Unset): A description for users.
        state (CreateModelRequestStateType1 | CreateModelRequestStateType2Type1 | CreateModelRequestStateType3Type1 |
            None | Unset): `candidate` (the default) is not offered yet; `live` is.
    """

    onnx: str
    price: int
    description: None | str | Unset = UNSET
    state: (
        CreateModelRequestStateType1
        | CreateModelRequestStateType2Type1
        | CreateModelRequestStateType3Type1
        | None
        | Unset
    ) = UNSET
    additional_properties: dict[str, bool | float | None | str] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        onnx = self.onnx

        price = self.price

        description: None | str | Unset
        if isinstance(self.description, Unset):
            description = UNSET
        else:
            description = self.description

        state: None | str | Unset
        if isinstance(self.state, Unset):
            state = UNSET
        elif isinstance(self.state, CreateModelRequestStateType1):
            state = self.state.value
        elif isinstance(self.state, CreateModelRequestStateType2Type1):
            state = self.state.value
        elif isinstance(self.state, CreateModelRequestStateType3Type1):
            state = self.state.value
        else:
            state = self.state

        field_dict: dict[str, Any] = {}
        for prop_name, prop in self.additional_properties.items():
            field_dict[prop_name] = prop

        field_dict.update(
            {
                "onnx": onnx,
                "price": price,
            }
        )
        if description is not UNSET:
            field_dict["description"] = description
        if state is not UNSET:
            field_dict["state"] = state

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        onnx = d.pop("onnx")

        price = d.pop("price")

        def _parse_description(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        description = _parse_description(d.pop("description", UNSET))

        def _parse_state(
            data: object,
        ) -> (
            CreateModelRequestStateType1
            | CreateModelRequestStateType2Type1
            | CreateModelRequestStateType3Type1
            | None
            | Unset
        ):
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                state_type_1 = CreateModelRequestStateType1(data)

                return state_type_1
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            try:
                if not isinstance(data, str):
                    raise TypeError()
                state_type_2_type_1 = CreateModelRequestStateType2Type1(data)

                return state_type_2_type_1
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            try:
                if not isinstance(data, str):
                    raise TypeError()
                state_type_3_type_1 = CreateModelRequestStateType3Type1(data)

                return state_type_3_type_1
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(
                CreateModelRequestStateType1
                | CreateModelRequestStateType2Type1
                | CreateModelRequestStateType3Type1
                | None
                | Unset,
                data,
            )

        state = _parse_state(d.pop("state", UNSET))

        create_model_request = cls(
            onnx=onnx,
            price=price,
            description=description,
            state=state,
        )

        additional_properties = {}
        for prop_name, prop_dict in d.items():

            def _parse_additional_property(data: object) -> bool | float | None | str:
                if data is None:
                    return data
                return cast(bool | float | None | str, data)

            additional_property = _parse_additional_property(prop_dict)

            additional_properties[prop_name] = additional_property

        create_model_request.additional_properties = additional_properties
        return create_model_request

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
