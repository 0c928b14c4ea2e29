"""The package and the accounts of the other API tests, without an installation."""

import sys
from pathlib import Path

ROOT = Path(__file__).parents[3]
sys.path[:0] = [str(ROOT / "clients" / "python"), str(ROOT / "tests" / "api")]

from accounts import Account, account, base_url  # noqa: E402

__all__ = ["Account", "account", "base_url"]
