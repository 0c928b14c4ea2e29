"""How Schemathesis writes the bodies that it has no serializer for."""

from typing import Any

import schemathesis


@schemathesis.serializer("application/jsonl")
def write_lines(_context: Any, value: Any) -> bytes:
    """A file as it is: the document describes it as text."""
    return value if isinstance(value, bytes) else str(value).encode("utf-8", "surrogatepass")
