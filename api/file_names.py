"""Names of files from codes that people gave."""

import re
from typing import Final

_NOT_IN_NAMES: Final = re.compile(r'[/\\:*?"<>|%\x00-\x1f\x7f]|^\.+')


def file_name(code: str) -> str:
    """Make a name that stays within its folder; different codes have different names.

    What a name may not hold is written as in addresses of the web: ``../x`` becomes
    ``%2E%2E%2Fx``.
    """
    return _NOT_IN_NAMES.sub(lambda found: "".join(f"%{ord(c):02X}" for c in found[0]), code)
