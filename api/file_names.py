"""Names of files from codes that people gave."""

import re
from typing import Final
from urllib.parse import quote

_NOT_IN_NAMES: Final = re.compile(r'[/\\:*?"<>|%\x00-\x1f\x7f]|^\.+')
_NOT_PLAIN: Final = re.compile(r"[^A-Za-z0-9._-]")


def file_name(code: str) -> str:
    """Make a name that stays within its folder; different codes have different names.

    What a name may not hold is written as in addresses of the web: ``../x`` becomes
    ``%2E%2E%2Fx``.
    """
    return _NOT_IN_NAMES.sub(lambda found: "".join(f"%{ord(c):02X}" for c in found[0]), code)


def disposition(name: str) -> str:
    """Name a file that is answered, in any script, as a header can carry it (RFC 6266)."""
    plain = _NOT_PLAIN.sub("_", name)
    also = "" if plain == name else f"; filename*=UTF-8''{quote(name, safe='')}"
    return f'inline; filename="{plain}"{also}'
