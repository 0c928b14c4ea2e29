from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.change_type_0 import ChangeType0
    from ..models.change_type_1 import ChangeType1
    from ..models.change_type_2 import ChangeType2
    from ..models.change_type_3 import ChangeType3
    from ..models.change_type_4 import ChangeType4
    from ..models.change_type_5 import ChangeType5
    from ..models.plan_dates import PlanDates


T = TypeVar("T", bound="Combination")


@_attrs_define
class Combination:
    """Several changes at once.

    Attributes:
        changes (list[ChangeType0 | ChangeType1 | ChangeType2 | ChangeType3 | ChangeType4 | ChangeType5]): The changes.
            If several set a deadline, it is the same.
        gain (float): The increase of the probability.
        probability (float): The probability with all changes.
        dates (None | PlanDates | Unset):
    """

    changes: list[ChangeType0 | ChangeType1 | ChangeType2 | ChangeType3 | ChangeType4 | ChangeType5]
    gain: float
    probability: float
    dates: None | PlanDates | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        from ..models.change_type_0 import ChangeType0  # noqa: PLC0415
        from ..models.change_type_1 import ChangeType1  # noqa: PLC0415
        from ..models.change_type_2 import ChangeType2  # noqa: PLC0415
        from ..models.change_type_3 import ChangeType3  # noqa: PLC0415
        from ..models.change_type_4 import ChangeType4  # noqa: PLC0415
        from ..models.plan_dates import PlanDates  # noqa: PLC0415

        changes = []
        for changes_item_data in self.changes:
            changes_item: dict[str, Any]
            if isinstance(changes_item_data, ChangeType0):
                changes_item = changes_item_data.to_dict()
            elif isinstance(changes_item_data, ChangeType1):
                changes_item = changes_item_data.to_dict()
            elif isinstance(changes_item_data, ChangeType2):
                changes_item = changes_item_data.to_dict()
            elif isinstance(changes_item_data, ChangeType3):
                changes_item = changes_item_data.to_dict()
            elif isinstance(changes_item_data, ChangeType4):
                changes_item = changes_item_data.to_dict()
            else:
                changes_item = changes_item_data.to_dict()

            changes.append(changes_item)

        gain = self.gain

        probability = self.probability

        dates: dict[str, Any] | None | Unset
        if isinstance(self.dates, Unset):
            dates = UNSET
        elif isinstance(self.dates, PlanDates):
            dates = self.dates.to_dict()
        else:
            dates = self.dates

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "changes": changes,
                "gain": gain,
                "probability": probability,
            }
        )
        if dates is not UNSET:
            field_dict["dates"] = dates

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.change_type_0 import ChangeType0  # noqa: PLC0415
        from ..models.change_type_1 import ChangeType1  # noqa: PLC0415
        from ..models.change_type_2 import ChangeType2  # noqa: PLC0415
        from ..models.change_type_3 import ChangeType3  # noqa: PLC0415
        from ..models.change_type_4 import ChangeType4  # noqa: PLC0415
        from ..models.change_type_5 import ChangeType5  # noqa: PLC0415
        from ..models.plan_dates import PlanDates  # noqa: PLC0415

        d = dict(src_dict)
        changes = []
        _changes = d.pop("changes")
        for changes_item_data in _changes:

            def _parse_changes_item(
                data: object,
            ) -> ChangeType0 | ChangeType1 | ChangeType2 | ChangeType3 | ChangeType4 | ChangeType5:
                try:
                    if not isinstance(data, dict):
                        raise TypeError()
                    componentsschemas_change_type_0 = ChangeType0.from_dict(data)

                    return componentsschemas_change_type_0
                except (TypeError, ValueError, AttributeError, KeyError):
                    pass
                try:
                    if not isinstance(data, dict):
                        raise TypeError()
                    componentsschemas_change_type_1 = ChangeType1.from_dict(data)

                    return componentsschemas_change_type_1
                except (TypeError, ValueError, AttributeError, KeyError):
                    pass
                try:
                    if not isinstance(data, dict):
                        raise TypeError()
                    componentsschemas_change_type_2 = ChangeType2.from_dict(data)

                    return componentsschemas_change_type_2
                except (TypeError, ValueError, AttributeError, KeyError):
                    pass
                try:
                    if not isinstance(data, dict):
                        raise TypeError()
                    componentsschemas_change_type_3 = ChangeType3.from_dict(data)

                    return componentsschemas_change_type_3
                except (TypeError, ValueError, AttributeError, KeyError):
                    pass
                try:
                    if not isinstance(data, dict):
                        raise TypeError()
                    componentsschemas_change_type_4 = ChangeType4.from_dict(data)

                    return componentsschemas_change_type_4
                except (TypeError, ValueError, AttributeError, KeyError):
                    pass
                if not isinstance(data, dict):
                    raise TypeError()
                componentsschemas_change_type_5 = ChangeType5.from_dict(data)

                return componentsschemas_change_type_5

            changes_item = _parse_changes_item(changes_item_data)

            changes.append(changes_item)

        gain = d.pop("gain")

        probability = d.pop("probability")

        def _parse_dates(data: object) -> None | PlanDates | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                dates_type_0 = PlanDates.from_dict(data)

                return dates_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(None | PlanDates | Unset, data)

        dates = _parse_dates(d.pop("dates", UNSET))

        combination = cls(
            changes=changes,
            gain=gain,
            probability=probability,
            dates=dates,
        )

        combination.additional_properties = d
        return combination

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
