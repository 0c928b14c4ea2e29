from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

if TYPE_CHECKING:
    from ..models.model_ref import ModelRef


T = TypeVar("T", bound="ApiKeySpendView")


@_attrs_define
class ApiKeySpendView:
    """What a key has spent on one day with one model.

    Attributes:
        api_key_id (int):
        credits_ (int): A whole number of credits. Only the amount of a charge or an adjustment may be negative.
        day (datetime.date): The day of submission, in UTC.
        hint (str): The start and the end of the key.
        label (str): What its user calls it.
        model (ModelRef): The model of a task.
        predictions (int): Open and succeeded tasks.
    """

    api_key_id: int
    credits_: int
    day: datetime.date
    hint: str
    label: str
    model: ModelRef
    predictions: int
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        api_key_id = self.api_key_id

        credits_ = self.credits_

        day = self.day.isoformat()

        hint = self.hint

        label = self.label

        model = self.model.to_dict()

        predictions = self.predictions

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "api_key_id": api_key_id,
                "credits": credits_,
                "day": day,
                "hint": hint,
                "label": label,
                "model": model,
                "predictions": predictions,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.model_ref import ModelRef  # noqa: PLC0415

        d = dict(src_dict)
        api_key_id = d.pop("api_key_id")

        credits_ = d.pop("credits")

        day = datetime.date.fromisoformat(d.pop("day"))

        hint = d.pop("hint")

        label = d.pop("label")

        model = ModelRef.from_dict(d.pop("model"))

        predictions = d.pop("predictions")

        api_key_spend_view = cls(
            api_key_id=api_key_id,
            credits_=credits_,
            day=day,
            hint=hint,
            label=label,
            model=model,
            predictions=predictions,
        )

        api_key_spend_view.additional_properties = d
        return api_key_spend_view

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
