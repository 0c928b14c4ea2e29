"""Generates `pledgecast/generated` from the OpenAPI document of a server.

`cargo xtask python-client` runs it. A test of `cargo xtask test` fails if the generated code is not that of the document.
"""

import argparse
import filecmp
import os
import shutil
import subprocess
import sys
import tempfile
import urllib.request
from pathlib import Path

HERE = Path(__file__).parent
GENERATED = HERE / "pledgecast" / "generated"


def generate(base_url: str, folder: Path) -> None:
    """Writes the generated package of this server's document to a new folder."""
    document = folder.with_suffix(".json")
    with urllib.request.urlopen(f"{base_url}/api/openapi.json") as response:
        document.write_bytes(response.read())
    programs = Path(sys.executable).parent
    command = [
        programs / "openapi-python-client",
        "generate",
        "--meta=none",
        "--fail-on-warning",
        f"--path={document}",
        f"--config={HERE / 'openapi-python-client.yaml'}",
        f"--output-path={folder}",
    ]
    # The generator formats with the `ruff` that is in PATH.
    path = os.pathsep.join([str(programs), os.environ.get("PATH", "")])
    subprocess.run(command, check=True, env={**os.environ, "PATH": path}, stdout=subprocess.DEVNULL)
    for cache in folder.rglob(".ruff_cache"):
        shutil.rmtree(cache)


def files(folder: Path) -> set[Path]:
    """The Python files in a folder, relative to it."""
    return {path.relative_to(folder) for path in folder.rglob("*.py")}


def differences(base_url: str) -> list[str]:
    """The files of the generated package that are not those of this server's document."""
    with tempfile.TemporaryDirectory() as temporary:
        fresh = Path(temporary) / "generated"
        generate(base_url, fresh)
        there, wanted = files(GENERATED), files(fresh)
        changed = {path for path in there & wanted if not filecmp.cmp(GENERATED / path, fresh / path, shallow=False)}
        return sorted(str(path) for path in changed | (there ^ wanted))


def main() -> None:
    """Replaces the generated package."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("base_url", help="the address of a server, such as http://127.0.0.1:3000")
    base_url = parser.parse_args().base_url
    with tempfile.TemporaryDirectory() as temporary:
        fresh = Path(temporary) / "generated"
        generate(base_url, fresh)
        shutil.rmtree(GENERATED, ignore_errors=True)
        shutil.copytree(fresh, GENERATED)


if __name__ == "__main__":
    main()
