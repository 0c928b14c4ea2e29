"""The fixtures of these tests."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from accounts import account, base_url  # noqa: E402

__all__ = ["account", "base_url"]
