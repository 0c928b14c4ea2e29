from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.change_bounds import ChangeBounds
    from ..models.combination import Combination
    from ..models.rated_change import RatedChange


T = TypeVar("T", bound="Advice")


@_attrs_define
class Advice:
    """The few changes with the largest gains. Similar campaigns did better with them, which does not prove that the
    change is the cause.

        Attributes:
            bounds (ChangeBounds): The limits of what may be suggested.
            changes (list[RatedChange]): The changes, each alone, the largest gain first.
            combination (Combination | None | Unset):
    """

    bounds: ChangeBounds
    changes: list[RatedChange]
    combination: Combination | None | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        from ..models.combination import Combination  # noqa: PLC0415

        bounds = self.bounds.to_dict()

        changes = []
        for changes_item_data in self.changes:
            changes_item = changes_item_data.to_dict()
            changes.append(changes_item)

        combination: dict[str, Any] | None | Unset
        if isinstance(self.combination, Unset):
            combination = UNSET
        elif isinstance(self.combination, Combination):
            combination = self.combination.to_dict()
        else:
            combination = self.combination

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "bounds": bounds,
                "changes": changes,
            }
        )
        if combination is not UNSET:
            field_dict["combination"] = combination

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.change_bounds import ChangeBounds  # noqa: PLC0415
        from ..models.combination import Combination  # noqa: PLC0415
        from ..models.rated_change import RatedChange  # noqa: PLC0415

        d = dict(src_dict)
        bounds = ChangeBounds.from_dict(d.pop("bounds"))

        changes = []
        _changes = d.pop("changes")
        for changes_item_data in _changes:
            changes_item = RatedChange.from_dict(changes_item_data)

            changes.append(changes_item)

        def _parse_combination(data: object) -> Combination | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                combination_type_0 = Combination.from_dict(data)

                return combination_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(Combination | None | Unset, data)

        combination = _parse_combination(d.pop("combination", UNSET))

        advice = cls(
            bounds=bounds,
            changes=changes,
            combination=combination,
        )

        advice.additional_properties = d
        return advice

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
