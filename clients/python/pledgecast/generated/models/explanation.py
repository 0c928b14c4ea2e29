from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

if TYPE_CHECKING:
    from ..models.effect import Effect


T = TypeVar("T", bound="Explanation")


@_attrs_define
class Explanation:
    """Shapley values: `base` plus all effects equals `probability`.

    Attributes:
        background (int): The size of the background sample.
        base (float): The mean probability of the background sample.
        effects (list[Effect]): The effect of each factor, the strongest first.
        probability (float): The probability of the result.
    """

    background: int
    base: float
    effects: list[Effect]
    probability: float
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        background = self.background

        base = self.base

        effects = []
        for effects_item_data in self.effects:
            effects_item = effects_item_data.to_dict()
            effects.append(effects_item)

        probability = self.probability

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "background": background,
                "base": base,
                "effects": effects,
                "probability": probability,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.effect import Effect  # noqa: PLC0415

        d = dict(src_dict)
        background = d.pop("background")

        base = d.pop("base")

        effects = []
        _effects = d.pop("effects")
        for effects_item_data in _effects:
            effects_item = Effect.from_dict(effects_item_data)

            effects.append(effects_item)

        probability = d.pop("probability")

        explanation = cls(
            background=background,
            base=base,
            effects=effects,
            probability=probability,
        )

        explanation.additional_properties = d
        return explanation

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
