from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.second_factor_setup import SecondFactorSetup


T = TypeVar("T", bound="SecondFactorView")


@_attrs_define
class SecondFactorView:
    """Whether an account has a second factor.

    Attributes:
        is_required (bool): Whether the account can do nothing as an operator without a second factor.
        recovery_codes_left (int): Recovery codes that are not used.
        enabled_at (datetime.datetime | None | Unset): Since when logging in needs a code; absent if it does not.
        setup (None | SecondFactorSetup | Unset):
    """

    is_required: bool
    recovery_codes_left: int
    enabled_at: datetime.datetime | None | Unset = UNSET
    setup: None | SecondFactorSetup | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        from ..models.second_factor_setup import SecondFactorSetup  # noqa: PLC0415

        is_required = self.is_required

        recovery_codes_left = self.recovery_codes_left

        enabled_at: None | str | Unset
        if isinstance(self.enabled_at, Unset):
            enabled_at = UNSET
        elif isinstance(self.enabled_at, datetime.datetime):
            enabled_at = self.enabled_at.isoformat()
        else:
            enabled_at = self.enabled_at

        setup: dict[str, Any] | None | Unset
        if isinstance(self.setup, Unset):
            setup = UNSET
        elif isinstance(self.setup, SecondFactorSetup):
            setup = self.setup.to_dict()
        else:
            setup = self.setup

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "is_required": is_required,
                "recovery_codes_left": recovery_codes_left,
            }
        )
        if enabled_at is not UNSET:
            field_dict["enabled_at"] = enabled_at
        if setup is not UNSET:
            field_dict["setup"] = setup

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.second_factor_setup import SecondFactorSetup  # noqa: PLC0415

        d = dict(src_dict)
        is_required = d.pop("is_required")

        recovery_codes_left = d.pop("recovery_codes_left")

        def _parse_enabled_at(data: object) -> datetime.datetime | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                enabled_at_type_0 = datetime.datetime.fromisoformat(data)

                return enabled_at_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None | Unset, data)

        enabled_at = _parse_enabled_at(d.pop("enabled_at", UNSET))

        def _parse_setup(data: object) -> None | SecondFactorSetup | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                setup_type_0 = SecondFactorSetup.from_dict(data)

                return setup_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(None | SecondFactorSetup | Unset, data)

        setup = _parse_setup(d.pop("setup", UNSET))

        second_factor_view = cls(
            is_required=is_required,
            recovery_codes_left=recovery_codes_left,
            enabled_at=enabled_at,
            setup=setup,
        )

        second_factor_view.additional_properties = d
        return second_factor_view

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
