"""The generated package is that of the document, and a client of another generator works, too."""

import importlib.util
import subprocess
import sys
import uuid
from pathlib import Path

import generate
import httpx
from accounts import SAMPLE, Account
from pledgecast import Client


def test_the_generated_package_is_up_to_date(base_url: str) -> None:
    assert generate.differences(base_url) == [], "run `cargo xtask python-client`"


def test_types_of_another_generator_predict_the_sample(base_url: str, account: Account, tmp_path: Path) -> None:
    document = tmp_path / "openapi.json"
    document.write_bytes(httpx.get(f"{base_url}/api/openapi.json").content)
    module = tmp_path / "other_types.py"
    program = Path(sys.executable).with_name("datamodel-codegen")
    command = [program, "--input", document, "--input-file-type", "openapi", "--output", module]
    options = ["--output-model-type", "pydantic_v2.BaseModel", "--formatters", "builtin"]
    subprocess.run([*command, *options], check=True)
    spec = importlib.util.spec_from_file_location("other_types", module)
    types = importlib.util.module_from_spec(spec)
    sys.modules["other_types"] = types
    spec.loader.exec_module(types)

    fields = types.PredictRequest(**SAMPLE, idempotency_key=uuid.uuid4().hex)
    headers = {"authorization": f"Bearer {account.create_key()['secret']}", "prefer": "wait=60"}
    body = fields.model_dump(mode="json", by_alias=True)
    response = httpx.post(f"{base_url}/api/tasks/predict", json=body, headers=headers, timeout=90)
    assert response.status_code == httpx.codes.OK, response.text
    # Reading it as the generated type, and writing it, loses nothing.
    task = types.TaskView.model_validate_json(response.content).model_dump(mode="json")
    with Client(headers["authorization"].split()[1], base_url) as client:
        assert client.task(task["id"]).result.probability == task["result"]["probability"]
