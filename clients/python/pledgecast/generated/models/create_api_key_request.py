from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

T = TypeVar("T", bound="CreateApiKeyRequest")


@_attrs_define
class CreateApiKeyRequest:
    """
    Attributes:
        label (str): What you call it.
        cap_day (int | None | Unset): Credits that it may spend per day, in UTC; no cap if absent.
        cap_month (int | None | Unset): Credits per month.
        cap_total (int | None | Unset): Credits in total.
        cap_week (int | None | Unset): Credits per week, from Monday.
        expires_in_days (int | None | Unset): Days until it expires; never if absent.
        manage (bool | None | Unset): Manage keys, webhooks, password and sessions; as an operator, register models.
        predict (bool | None | Unset): Submit and cancel predictions, report outcomes, create and end private links.
        read (bool | None | Unset): Read everything of the account except its keys, and ask free questions about
            results.
        top_up (bool | None | Unset): Buy credits.
    """

    label: str
    cap_day: int | None | Unset = UNSET
    cap_month: int | None | Unset = UNSET
    cap_total: int | None | Unset = UNSET
    cap_week: int | None | Unset = UNSET
    expires_in_days: int | None | Unset = UNSET
    manage: bool | None | Unset = UNSET
    predict: bool | None | Unset = UNSET
    read: bool | None | Unset = UNSET
    top_up: bool | None | Unset = UNSET
    additional_properties: dict[str, bool | float | None | str] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        label = self.label

        cap_day: int | None | Unset
        if isinstance(self.cap_day, Unset):
            cap_day = UNSET
        else:
            cap_day = self.cap_day

        cap_month: int | None | Unset
        if isinstance(self.cap_month, Unset):
            cap_month = UNSET
        else:
            cap_month = self.cap_month

        cap_total: int | None | Unset
        if isinstance(self.cap_total, Unset):
            cap_total = UNSET
        else:
            cap_total = self.cap_total

        cap_week: int | None | Unset
        if isinstance(self.cap_week, Unset):
            cap_week = UNSET
        else:
            cap_week = self.cap_week

        expires_in_days: int | None | Unset
        if isinstance(self.expires_in_days, Unset):
            expires_in_days = UNSET
        else:
            expires_in_days = self.expires_in_days

        manage: bool | None | Unset
        if isinstance(self.manage, Unset):
            manage = UNSET
        else:
            manage = self.manage

        predict: bool | None | Unset
        if isinstance(self.predict, Unset):
            predict = UNSET
        else:
            predict = self.predict

        read: bool | None | Unset
        if isinstance(self.read, Unset):
            read = UNSET
        else:
            read = self.read

        top_up: bool | None | Unset
        if isinstance(self.top_up, Unset):
            top_up = UNSET
        else:
            top_up = self.top_up

        field_dict: dict[str, Any] = {}
        for prop_name, prop in self.additional_properties.items():
            field_dict[prop_name] = prop

        field_dict.update(
            {
                "label": label,
            }
        )
        if cap_day is not UNSET:
            field_dict["cap_day"] = cap_day
        if cap_month is not UNSET:
            field_dict["cap_month"] = cap_month
        if cap_total is not UNSET:
            field_dict["cap_total"] = cap_total
        if cap_week is not UNSET:
            field_dict["cap_week"] = cap_week
        if expires_in_days is not UNSET:
            field_dict["expires_in_days"] = expires_in_days
        if manage is not UNSET:
            field_dict["manage"] = manage
        if predict is not UNSET:
            field_dict["predict"] = predict
        if read is not UNSET:
            field_dict["read"] = read
        if top_up is not UNSET:
            field_dict["top_up"] = top_up

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        label = d.pop("label")

        def _parse_cap_day(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        cap_day = _parse_cap_day(d.pop("cap_day", UNSET))

        def _parse_cap_month(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        cap_month = _parse_cap_month(d.pop("cap_month", UNSET))

        def _parse_cap_total(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        cap_total = _parse_cap_total(d.pop("cap_total", UNSET))

        def _parse_cap_week(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        cap_week = _parse_cap_week(d.pop("cap_week", UNSET))

        def _parse_expires_in_days(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        expires_in_days = _parse_expires_in_days(d.pop("expires_in_days", UNSET))

        def _parse_manage(data: object) -> bool | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(bool | None | Unset, data)

        manage = _parse_manage(d.pop("manage", UNSET))

        def _parse_predict(data: object) -> bool | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(bool | None | Unset, data)

        predict = _parse_predict(d.pop("predict", UNSET))

        def _parse_read(data: object) -> bool | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(bool | None | Unset, data)

        read = _parse_read(d.pop("read", UNSET))

        def _parse_top_up(data: object) -> bool | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(bool | None | Unset, data)

        top_up = _parse_top_up(d.pop("top_up", UNSET))

        create_api_key_request = cls(
            label=label,
            cap_day=cap_day,
            cap_month=cap_month,
            cap_total=cap_total,
            cap_week=cap_week,
            expires_in_days=expires_in_days,
            manage=manage,
            predict=predict,
            read=read,
            top_up=top_up,
        )

        additional_properties = {}
        for prop_name, prop_dict in d.items():

            def _parse_additional_property(data: object) -> bool | float | None | str:
                if data is None:
                    return data
                return cast(bool | float | None | str, data)

            additional_property = _parse_additional_property(prop_dict)

            additional_properties[prop_name] = additional_property

        create_api_key_request.additional_properties = additional_properties
        return create_api_key_request

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
