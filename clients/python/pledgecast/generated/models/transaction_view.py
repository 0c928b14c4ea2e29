from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.transaction_kind import TransactionKind
from ..types import UNSET, Unset

T = TypeVar("T", bound="TransactionView")


@_attrs_define
class TransactionView:
    """A ledger line.

    Attributes:
        amount (int): A whole number of credits. Only the amount of a charge or an adjustment may be negative.
        balance_after (int): A whole number of credits. Only the amount of a charge or an adjustment may be negative.
        balance_before (int): A whole number of credits. Only the amount of a charge or an adjustment may be negative.
        created_at (datetime.datetime): When it was written.
        description (str): The text of the operator, of the payment, or of the service.
        id (int):
        kind (TransactionKind):
        task_id (int | None | Unset):
        task_title (None | str | Unset): The title of that task's campaign, in lists.
    """

    amount: int
    balance_after: int
    balance_before: int
    created_at: datetime.datetime
    description: str
    id: int
    kind: TransactionKind
    task_id: int | None | Unset = UNSET
    task_title: None | str | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        amount = self.amount

        balance_after = self.balance_after

        balance_before = self.balance_before

        created_at = self.created_at.isoformat()

        description = self.description

        id = self.id

        kind = self.kind.value

        task_id: int | None | Unset
        if isinstance(self.task_id, Unset):
            task_id = UNSET
        else:
            task_id = self.task_id

        task_title: None | str | Unset
        if isinstance(self.task_title, Unset):
            task_title = UNSET
        else:
            task_title = self.task_title

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "amount": amount,
                "balance_after": balance_after,
                "balance_before": balance_before,
                "created_at": created_at,
                "description": description,
                "id": id,
                "kind": kind,
            }
        )
        if task_id is not UNSET:
            field_dict["task_id"] = task_id
        if task_title is not UNSET:
            field_dict["task_title"] = task_title

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        amount = d.pop("amount")

        balance_after = d.pop("balance_after")

        balance_before = d.pop("balance_before")

        created_at = datetime.datetime.fromisoformat(d.pop("created_at"))

        description = d.pop("description")

        id = d.pop("id")

        kind = TransactionKind(d.pop("kind"))

        def _parse_task_id(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        task_id = _parse_task_id(d.pop("task_id", UNSET))

        def _parse_task_title(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        task_title = _parse_task_title(d.pop("task_title", UNSET))

        transaction_view = cls(
            amount=amount,
            balance_after=balance_after,
            balance_before=balance_before,
            created_at=created_at,
            description=description,
            id=id,
            kind=kind,
            task_id=task_id,
            task_title=task_title,
        )

        transaction_view.additional_properties = d
        return transaction_view

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
