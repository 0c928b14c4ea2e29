from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

T = TypeVar("T", bound="SecondFactorSetup")


@_attrs_define
class SecondFactorSetup:
    """The secret of an authenticator app.

    Attributes:
        qr_path (str): The dark modules of the QR code as the path of an SVG image, one unit each.
        qr_size (int): Width and height of the QR code in modules, with its margin.
        secret (str): The secret in base 32, to be typed.
        url (str): The address that the QR code contains (`otpauth://`).
    """

    qr_path: str
    qr_size: int
    secret: str
    url: str
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        qr_path = self.qr_path

        qr_size = self.qr_size

        secret = self.secret

        url = self.url

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "qr_path": qr_path,
                "qr_size": qr_size,
                "secret": secret,
                "url": url,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        qr_path = d.pop("qr_path")

        qr_size = d.pop("qr_size")

        secret = d.pop("secret")

        url = d.pop("url")

        second_factor_setup = cls(
            qr_path=qr_path,
            qr_size=qr_size,
            secret=secret,
            url=url,
        )

        second_factor_setup.additional_properties = d
        return second_factor_setup

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
