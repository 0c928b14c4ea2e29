from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

T = TypeVar("T", bound="CreateWebhookRequest")


@_attrs_define
class CreateWebhookRequest:
    """
    Attributes:
        url (str): Where events are posted to, with `https://`.
        api_key_id (int | None | Unset): The API key whose tasks are told about; all tasks if absent. Events of the
            balance are the same either way.
        balance_adjusted (bool | None | Unset): Whether to post `balance.adjusted`.
        balance_low (bool | None | Unset): Whether to post `balance.low`.
        balance_topped_up (bool | None | Unset): Whether to post `balance.topped_up`.
        batch_finished (bool | None | Unset): Whether to post `batch.finished`.
        low_balance (int | None | Unset): `balance.low` is posted when the balance falls below this number of credits.
            Required for that event.
        task_canceled (bool | None | Unset): Whether to post `task.canceled`.
        task_failed (bool | None | Unset): Whether to post `task.failed`.
        task_succeeded (bool | None | Unset): Whether to post `task.succeeded`.
    """

    url: str
    api_key_id: int | None | Unset = UNSET
    balance_adjusted: bool | None | Unset = UNSET
    balance_low: bool | None | Unset = UNSET
    balance_topped_up: bool | None | Unset = UNSET
    batch_finished: bool | None | Unset = UNSET
    low_balance: int | None | Unset = UNSET
    task_canceled: bool | None | Unset = UNSET
    task_failed: bool | None | Unset = UNSET
    task_succeeded: bool | None | Unset = UNSET
    additional_properties: dict[str, bool | float | None | str] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        url = self.url

        api_key_id: int | None | Unset
        if isinstance(self.api_key_id, Unset):
            api_key_id = UNSET
        else:
            api_key_id = self.api_key_id

        balance_adjusted: bool | None | Unset
        if isinstance(self.balance_adjusted, Unset):
            balance_adjusted = UNSET
        else:
            balance_adjusted = self.balance_adjusted

        balance_low: bool | None | Unset
        if isinstance(self.balance_low, Unset):
            balance_low = UNSET
        else:
            balance_low = self.balance_low

        balance_topped_up: bool | None | Unset
        if isinstance(self.balance_topped_up, Unset):
            balance_topped_up = UNSET
        else:
            balance_topped_up = self.balance_topped_up

        batch_finished: bool | None | Unset
        if isinstance(self.batch_finished, Unset):
            batch_finished = UNSET
        else:
            batch_finished = self.batch_finished

        low_balance: int | None | Unset
        if isinstance(self.low_balance, Unset):
            low_balance = UNSET
        else:
            low_balance = self.low_balance

        task_canceled: bool | None | Unset
        if isinstance(self.task_canceled, Unset):
            task_canceled = UNSET
        else:
            task_canceled = self.task_canceled

        task_failed: bool | None | Unset
        if isinstance(self.task_failed, Unset):
            task_failed = UNSET
        else:
            task_failed = self.task_failed

        task_succeeded: bool | None | Unset
        if isinstance(self.task_succeeded, Unset):
            task_succeeded = UNSET
        else:
            task_succeeded = self.task_succeeded

        field_dict: dict[str, Any] = {}
        for prop_name, prop in self.additional_properties.items():
            field_dict[prop_name] = prop

        field_dict.update(
            {
                "url": url,
            }
        )
        if api_key_id is not UNSET:
            field_dict["api_key_id"] = api_key_id
        if balance_adjusted is not UNSET:
            field_dict["balance_adjusted"] = balance_adjusted
        if balance_low is not UNSET:
            field_dict["balance_low"] = balance_low
        if balance_topped_up is not UNSET:
            field_dict["balance_topped_up"] = balance_topped_up
        if batch_finished is not UNSET:
            field_dict["batch_finished"] = batch_finished
        if low_balance is not UNSET:
            field_dict["low_balance"] = low_balance
        if task_canceled is not UNSET:
            field_dict["task_canceled"] = task_canceled
        if task_failed is not UNSET:
            field_dict["task_failed"] = task_failed
        if task_succeeded is not UNSET:
            field_dict["task_succeeded"] = task_succeeded

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        url = d.pop("url")

        def _parse_api_key_id(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        api_key_id = _parse_api_key_id(d.pop("api_key_id", UNSET))

        def _parse_balance_adjusted(data: object) -> bool | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(bool | None | Unset, data)

        balance_adjusted = _parse_balance_adjusted(d.pop("balance_adjusted", UNSET))

        def _parse_balance_low(data: object) -> bool | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(bool | None | Unset, data)

        balance_low = _parse_balance_low(d.pop("balance_low", UNSET))

        def _parse_balance_topped_up(data: object) -> bool | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(bool | None | Unset, data)

        balance_topped_up = _parse_balance_topped_up(d.pop("balance_topped_up", UNSET))

        def _parse_batch_finished(data: object) -> bool | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(bool | None | Unset, data)

        batch_finished = _parse_batch_finished(d.pop("batch_finished", UNSET))

        def _parse_low_balance(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        low_balance = _parse_low_balance(d.pop("low_balance", UNSET))

        def _parse_task_canceled(data: object) -> bool | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(bool | None | Unset, data)

        task_canceled = _parse_task_canceled(d.pop("task_canceled", UNSET))

        def _parse_task_failed(data: object) -> bool | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(bool | None | Unset, data)

        task_failed = _parse_task_failed(d.pop("task_failed", UNSET))

        def _parse_task_succeeded(data: object) -> bool | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(bool | None | Unset, data)

        task_succeeded = _parse_task_succeeded(d.pop("task_succeeded", UNSET))

        create_webhook_request = cls(
            url=url,
            api_key_id=api_key_id,
            balance_adjusted=balance_adjusted,
            balance_low=balance_low,
            balance_topped_up=balance_topped_up,
            batch_finished=batch_finished,
            low_balance=low_balance,
            task_canceled=task_canceled,
            task_failed=task_failed,
            task_succeeded=task_succeeded,
        )

        additional_properties = {}
        for prop_name, prop_dict in d.items():

            def _parse_additional_property(data: object) -> bool | float | None | str:
                if data is None:
                    return data
                return cast(bool | float | None | str, data)

            additional_property = _parse_additional_property(prop_dict)

            additional_properties[prop_name] = additional_property

        create_webhook_request.additional_properties = additional_properties
        return create_webhook_request

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
