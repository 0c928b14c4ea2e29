from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.model_state import ModelState
from ..types import UNSET, Unset

T = TypeVar("T", bound="ModelView")


@_attrs_define
class ModelView:
    """A model on offer.

    Attributes:
        created_at (datetime.datetime): When it was registered.
        description (str): A description for users.
        id (int):
        is_default (bool): Whether requests that name no model use this one.
        name (str): The model's name.
        price (int): A whole number of credits. Only the amount of a charge or an adjustment may be negative.
        sha256 (str): SHA-256 of the ONNX file, in hexadecimal.
        state (ModelState):
        version (str): The model's version.
        accuracy (float | None | Unset): Share of correct predictions on the same campaigns, 0 to 1.
        auc (float | None | Unset): Area under the ROC curve on campaigns later than the training data, if the manifest
            has it.
    """

    created_at: datetime.datetime
    description: str
    id: int
    is_default: bool
    name: str
    price: int
    sha256: str
    state: ModelState
    version: str
    accuracy: float | None | Unset = UNSET
    auc: float | None | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        created_at = self.created_at.isoformat()

        description = self.description

        id = self.id

        is_default = self.is_default

        name = self.name

        price = self.price

        sha256 = self.sha256

        state = self.state.value

        version = self.version

        accuracy: float | None | Unset
        if isinstance(self.accuracy, Unset):
            accuracy = UNSET
        else:
            accuracy = self.accuracy

        auc: float | None | Unset
        if isinstance(self.auc, Unset):
            auc = UNSET
        else:
            auc = self.auc

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "created_at": created_at,
                "description": description,
                "id": id,
                "is_default": is_default,
                "name": name,
                "price": price,
                "sha256": sha256,
                "state": state,
                "version": version,
            }
        )
        if accuracy is not UNSET:
            field_dict["accuracy"] = accuracy
        if auc is not UNSET:
            field_dict["auc"] = auc

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        created_at = datetime.datetime.fromisoformat(d.pop("created_at"))

        description = d.pop("description")

        id = d.pop("id")

        is_default = d.pop("is_default")

        name = d.pop("name")

        price = d.pop("price")

        sha256 = d.pop("sha256")

        state = ModelState(d.pop("state"))

        version = d.pop("version")

        def _parse_accuracy(data: object) -> float | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(float | None | Unset, data)

        accuracy = _parse_accuracy(d.pop("accuracy", UNSET))

        def _parse_auc(data: object) -> float | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(float | None | Unset, data)

        auc = _parse_auc(d.pop("auc", UNSET))

        model_view = cls(
            created_at=created_at,
            description=description,
            id=id,
            is_default=is_default,
            name=name,
            price=price,
            sha256=sha256,
            state=state,
            version=version,
            accuracy=accuracy,
            auc=auc,
        )

        model_view.additional_properties = d
        return model_view

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
