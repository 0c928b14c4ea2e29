"""The service answers as its OpenAPI document says, whoever sends the requests and whatever they are."""

import os
import subprocess
import sys
from pathlib import Path

import httpx
import pytest
from accounts import Account

HERE = Path(__file__).parent
BATCH = """name,analytics_name,usd_goal,country,currency,launched_at,deadline
Little Lanterns,Tabletop Games,8000,US,USD,2026-03-02,2026-04-01
"""
# After these, the key or the session of the run is no longer valid. They have a run of their own.
ENDING = ["register", "login", "logout", "reauthenticate", "end_sessions", "change_password", "revoke_api_key"]


def fill(account: Account) -> str:
    """Gives the account one of everything. Returns the part of the configuration that names it."""
    task = account.predict()
    link = account.post("/api/task/share", id=task["id"])
    account.post("/api/task/report_outcome", id=task["id"], reached=True, raised_usd=12_500)
    # The port of the discard service: nothing listens there, so the delivery fails.
    webhook = account.post("/api/webhooks/create", url="https://example.org:9/hook", task_succeeded=True)
    delivery = account.post("/api/webhook/test", id=webhook["id"])
    key = account.create_key(read=True)
    drafts = [account.post("/api/batches/create", text=BATCH) for _ in range(2)]
    account.post("/api/batches/start", id=drafts[0]["id"], idempotency_key="batch")
    ids = [it["id"] for it in [task, webhook, delivery, key, *drafts]]
    token = link["path"].rsplit("/", 1)[-1]
    return f"""
[dictionaries]
ids.values = {ids}
tokens.values = ["{token}"]

[parameters]
id = {{ dictionary = "ids", probability = 0.5 }}
task = {{ dictionary = "ids", probability = 0.5 }}
token = {{ dictionary = "tokens", probability = 0.5 }}
"""


def check(base_url: str, folder: Path, more: str, *arguments: str) -> None:
    """Runs Schemathesis with the shared configuration and `more`."""
    config = folder / "schemathesis.toml"
    # Settings of the whole run come before the first table.
    config.write_text((HERE / "schemathesis.toml").read_text() + more)
    program = Path(sys.executable).with_name("schemathesis")
    document = f"{base_url}/api/openapi.json"
    command = [program, "--config-file", config, "run", document, "--no-color", *arguments]
    environment = {**os.environ, "SCHEMATHESIS_HOOKS": "hooks", "PYTHONPATH": str(HERE)}
    run = subprocess.run(
        command, cwd=folder, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
    )
    print(run.stdout)
    assert run.returncode == 0, "Schemathesis has found something; its report is above"


def without(operations: list[str]) -> list[str]:
    return [it for name in operations for it in ("--exclude-operation-id", name)]


def only(operations: list[str]) -> list[str]:
    return [it for name in operations for it in ("--include-operation-id", name)]


def with_key(secret: str) -> str:
    return f'\n[auth.openapi.api_key]\nbearer = "{secret}"\n'


def with_session(session: str) -> str:
    return f'\n[auth.openapi.session]\napi_key = "{session}"\n'


def test_with_an_api_key(base_url: str, account: Account, tmp_path: Path) -> None:
    secret = account.create_key()["secret"]
    check(base_url, tmp_path, fill(account) + with_key(secret), *without(ENDING))
    headers = {"authorization": f"Bearer {secret}"}
    current = httpx.get(f"{base_url}/api/keys/current", headers=headers)
    assert current.status_code == httpx.codes.OK, "the key has ended, so the run has checked little"


def test_with_a_session(base_url: str, account: Account, tmp_path: Path) -> None:
    check(base_url, tmp_path, fill(account) + with_session(account.session), *without(ENDING))
    me = account.http.get("/api/auth/me")
    assert me.status_code == httpx.codes.OK, "the session has ended, so the run has checked little"


def test_anonymously(base_url: str, account: Account, tmp_path: Path) -> None:
    check(base_url, tmp_path, fill(account))


@pytest.mark.parametrize("operation", ENDING)
def test_what_ends_keys_and_sessions(base_url: str, account: Account, tmp_path: Path, operation: str) -> None:
    check(base_url, tmp_path, fill(account) + with_session(account.session), *only([operation]))
