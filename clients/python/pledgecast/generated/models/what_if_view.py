from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.verdict import Verdict

if TYPE_CHECKING:
    from ..models.out_of_distribution_type_0 import OutOfDistributionType0
    from ..models.out_of_distribution_type_1 import OutOfDistributionType1
    from ..models.out_of_distribution_type_2 import OutOfDistributionType2


T = TypeVar("T", bound="WhatIfView")


@_attrs_define
class WhatIfView:
    """The score of a paid campaign with some fields changed.

    Attributes:
        interval_high (float): Upper end of the probability's interval, 0 to 1.
        interval_low (float): Lower end of the probability's interval, 0 to 1.
        probability (float): Probability that the changed campaign reaches its goal, 0 to 1.
        unlike (list[OutOfDistributionType0 | OutOfDistributionType1 | OutOfDistributionType2]): The fields of the
            changed campaign that are far from the training data.
        verdict (Verdict):
    """

    interval_high: float
    interval_low: float
    probability: float
    unlike: list[OutOfDistributionType0 | OutOfDistributionType1 | OutOfDistributionType2]
    verdict: Verdict
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        from ..models.out_of_distribution_type_0 import OutOfDistributionType0  # noqa: PLC0415
        from ..models.out_of_distribution_type_1 import OutOfDistributionType1  # noqa: PLC0415

        interval_high = self.interval_high

        interval_low = self.interval_low

        probability = self.probability

        unlike = []
        for unlike_item_data in self.unlike:
            unlike_item: dict[str, Any]
            if isinstance(unlike_item_data, OutOfDistributionType0):
                unlike_item = unlike_item_data.to_dict()
            elif isinstance(unlike_item_data, OutOfDistributionType1):
                unlike_item = unlike_item_data.to_dict()
            else:
                unlike_item = unlike_item_data.to_dict()

            unlike.append(unlike_item)

        verdict = self.verdict.value

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "interval_high": interval_high,
                "interval_low": interval_low,
                "probability": probability,
                "unlike": unlike,
                "verdict": verdict,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.out_of_distribution_type_0 import OutOfDistributionType0  # noqa: PLC0415
        from ..models.out_of_distribution_type_1 import OutOfDistributionType1  # noqa: PLC0415
        from ..models.out_of_distribution_type_2 import OutOfDistributionType2  # noqa: PLC0415

        d = dict(src_dict)
        interval_high = d.pop("interval_high")

        interval_low = d.pop("interval_low")

        probability = d.pop("probability")

        unlike = []
        _unlike = d.pop("unlike")
        for unlike_item_data in _unlike:

            def _parse_unlike_item(
                data: object,
            ) -> OutOfDistributionType0 | OutOfDistributionType1 | OutOfDistributionType2:
                try:
                    if not isinstance(data, dict):
                        raise TypeError()
                    componentsschemas_out_of_distribution_type_0 = OutOfDistributionType0.from_dict(data)

                    return componentsschemas_out_of_distribution_type_0
                except (TypeError, ValueError, AttributeError, KeyError):
                    pass
                try:
                    if not isinstance(data, dict):
                        raise TypeError()
                    componentsschemas_out_of_distribution_type_1 = OutOfDistributionType1.from_dict(data)

                    return componentsschemas_out_of_distribution_type_1
                except (TypeError, ValueError, AttributeError, KeyError):
                    pass
                if not isinstance(data, dict):
                    raise TypeError()
                componentsschemas_out_of_distribution_type_2 = OutOfDistributionType2.from_dict(data)

                return componentsschemas_out_of_distribution_type_2

            unlike_item = _parse_unlike_item(unlike_item_data)

            unlike.append(unlike_item)

        verdict = Verdict(d.pop("verdict"))

        what_if_view = cls(
            interval_high=interval_high,
            interval_low=interval_low,
            probability=probability,
            unlike=unlike,
            verdict=verdict,
        )

        what_if_view.additional_properties = d
        return what_if_view

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
