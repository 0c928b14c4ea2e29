from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.amounts_view import AmountsView
    from ..models.base_rate_view import BaseRateView
    from ..models.neighbours_view import NeighboursView
    from ..models.out_of_distribution_type_0 import OutOfDistributionType0
    from ..models.out_of_distribution_type_1 import OutOfDistributionType1
    from ..models.out_of_distribution_type_2 import OutOfDistributionType2


T = TypeVar("T", bound="ResultContext")


@_attrs_define
class ResultContext:
    """How similar campaigns did, and which fields are outside the training data. Stored with the score.

    Attributes:
        base_rate (BaseRateView): The success rate of the campaign's category, or of the next larger group for which the
            model has a rate.
        population (str): Which campaigns all rates here are about. Must be shown with every rate.
        unlike (list[OutOfDistributionType0 | OutOfDistributionType1 | OutOfDistributionType2]): The fields that are far
            from the training data.
        amounts (AmountsView | None | Unset):
        neighbours (NeighboursView | None | Unset):
    """

    base_rate: BaseRateView
    population: str
    unlike: list[OutOfDistributionType0 | OutOfDistributionType1 | OutOfDistributionType2]
    amounts: AmountsView | None | Unset = UNSET
    neighbours: NeighboursView | None | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        from ..models.amounts_view import AmountsView  # noqa: PLC0415
        from ..models.neighbours_view import NeighboursView  # noqa: PLC0415
        from ..models.out_of_distribution_type_0 import OutOfDistributionType0  # noqa: PLC0415
        from ..models.out_of_distribution_type_1 import OutOfDistributionType1  # noqa: PLC0415

        base_rate = self.base_rate.to_dict()

        population = self.population

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

        amounts: dict[str, Any] | None | Unset
        if isinstance(self.amounts, Unset):
            amounts = UNSET
        elif isinstance(self.amounts, AmountsView):
            amounts = self.amounts.to_dict()
        else:
            amounts = self.amounts

        neighbours: dict[str, Any] | None | Unset
        if isinstance(self.neighbours, Unset):
            neighbours = UNSET
        elif isinstance(self.neighbours, NeighboursView):
            neighbours = self.neighbours.to_dict()
        else:
            neighbours = self.neighbours

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "base_rate": base_rate,
                "population": population,
                "unlike": unlike,
            }
        )
        if amounts is not UNSET:
            field_dict["amounts"] = amounts
        if neighbours is not UNSET:
            field_dict["neighbours"] = neighbours

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.amounts_view import AmountsView  # noqa: PLC0415
        from ..models.base_rate_view import BaseRateView  # noqa: PLC0415
        from ..models.neighbours_view import NeighboursView  # noqa: PLC0415
        from ..models.out_of_distribution_type_0 import OutOfDistributionType0  # noqa: PLC0415
        from ..models.out_of_distribution_type_1 import OutOfDistributionType1  # noqa: PLC0415
        from ..models.out_of_distribution_type_2 import OutOfDistributionType2  # noqa: PLC0415

        d = dict(src_dict)
        base_rate = BaseRateView.from_dict(d.pop("base_rate"))

        population = d.pop("population")

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

        def _parse_amounts(data: object) -> AmountsView | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                amounts_type_0 = AmountsView.from_dict(data)

                return amounts_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(AmountsView | None | Unset, data)

        amounts = _parse_amounts(d.pop("amounts", UNSET))

        def _parse_neighbours(data: object) -> NeighboursView | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                neighbours_type_0 = NeighboursView.from_dict(data)

                return neighbours_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(NeighboursView | None | Unset, data)

        neighbours = _parse_neighbours(d.pop("neighbours", UNSET))

        result_context = cls(
            base_rate=base_rate,
            population=population,
            unlike=unlike,
            amounts=amounts,
            neighbours=neighbours,
        )

        result_context.additional_properties = d
        return result_context

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
