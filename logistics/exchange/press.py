"""Pages as PDF: a template beside this module, filled with plain words and numbers (typst)."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import typst


class Press:
    """One template with its fonts, loaded once for all that is printed with it.

    Parameters
    ----------
    template
        Name of the template's file.
    font_paths
        Folders that hold Noto Sans SC, regular and bold; no other font is looked for.
    """

    def __init__(self, template: str, font_paths: Sequence[Path]) -> None:
        file = Path(__file__).with_name(template)
        self._compiler = typst.Compiler(
            str(file),
            root=str(file.parent),
            font_paths=[str(path) for path in font_paths],
            ignore_system_fonts=True,
        )

    def print(self, data: Mapping[str, Any]) -> bytes:
        """Print what the template reads as ``sys.inputs.data``; texts in it stay texts."""
        pdf = self._compiler.compile(
            format="pdf", sys_inputs={"data": json.dumps(data, ensure_ascii=False)}
        )
        if not isinstance(pdf, bytes):
            raise TypeError("typst gave no single PDF")
        return pdf
