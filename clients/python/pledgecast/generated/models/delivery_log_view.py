from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

if TYPE_CHECKING:
    from ..models.attempt_view import AttemptView
    from ..models.delivery_view import DeliveryView


T = TypeVar("T", bound="DeliveryLogView")


@_attrs_define
class DeliveryLogView:
    """A delivery with its payload and its attempts.

    Attributes:
        delivery (DeliveryView): One event for one webhook.
        log (list[AttemptView]): The attempts, newest first. An attempt whose process died is missing.
        payload (str): The body of each request.
    """

    delivery: DeliveryView
    log: list[AttemptView]
    payload: str
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        delivery = self.delivery.to_dict()

        log = []
        for log_item_data in self.log:
            log_item = log_item_data.to_dict()
            log.append(log_item)

        payload = self.payload

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "delivery": delivery,
                "log": log,
                "payload": payload,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.attempt_view import AttemptView  # noqa: PLC0415
        from ..models.delivery_view import DeliveryView  # noqa: PLC0415

        d = dict(src_dict)
        delivery = DeliveryView.from_dict(d.pop("delivery"))

        log = []
        _log = d.pop("log")
        for log_item_data in _log:
            log_item = AttemptView.from_dict(log_item_data)

            log.append(log_item)

        payload = d.pop("payload")

        delivery_log_view = cls(
            delivery=delivery,
            log=log,
            payload=payload,
        )

        delivery_log_view.additional_properties = d
        return delivery_log_view

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
