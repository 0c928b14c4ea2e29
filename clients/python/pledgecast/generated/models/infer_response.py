from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

if TYPE_CHECKING:
    from ..models.infer_parameters import InferParameters
    from ..models.output_tensor import OutputTensor


T = TypeVar("T", bound="InferResponse")


@_attrs_define
class InferResponse:
    """The predictions.

    Attributes:
        id (str): The `id` of the request; that of the batch if it had none.
        model_name (str): The name of the model.
        model_version (str): The version of the model.
        outputs (list[OutputTensor]): The outputs.
        parameters (InferParameters): What was bought.
    """

    id: str
    model_name: str
    model_version: str
    outputs: list[OutputTensor]
    parameters: InferParameters
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        id = self.id

        model_name = self.model_name

        model_version = self.model_version

        outputs = []
        for outputs_item_data in self.outputs:
            outputs_item = outputs_item_data.to_dict()
            outputs.append(outputs_item)

        parameters = self.parameters.to_dict()

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "id": id,
                "model_name": model_name,
                "model_version": model_version,
                "outputs": outputs,
                "parameters": parameters,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.infer_parameters import InferParameters  # noqa: PLC0415
        from ..models.output_tensor import OutputTensor  # noqa: PLC0415

        d = dict(src_dict)
        id = d.pop("id")

        model_name = d.pop("model_name")

        model_version = d.pop("model_version")

        outputs = []
        _outputs = d.pop("outputs")
        for outputs_item_data in _outputs:
            outputs_item = OutputTensor.from_dict(outputs_item_data)

            outputs.append(outputs_item)

        parameters = InferParameters.from_dict(d.pop("parameters"))

        infer_response = cls(
            id=id,
            model_name=model_name,
            model_version=model_version,
            outputs=outputs,
            parameters=parameters,
        )

        infer_response.additional_properties = d
        return infer_response

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
