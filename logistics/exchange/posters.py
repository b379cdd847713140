"""Notices for stairwells: a code to scan, what to do, and nothing of any household (海报)."""

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import segno

from logistics.exchange.press import Press

TEXTS: Final[Mapping[str, Any]] = {
    "title": "楼道海报 Notices",
    "head": {"zh": "手机扫码报清单", "en": "Scan to order supplies"},
    "steps": [
        {"zh": "扫二维码，不用装软件", "en": "Scan the code; nothing to install"},
        {"zh": "填您的房号", "en": "Say your room"},
        {
            "zh": "截单前写下、说出或看图挑选要什么",
            "en": "Write it, say it or choose from pictures before the cut-off",
        },
        {
            "zh": "看进度；送到后点“我收到了”",
            "en": "See how far it is; press “I have it” when it is there",
        },
    ],
    "foot": {
        "zh": (
            "没有手机、不会用？请找楼长，或打社区热线。一户只能在一部手机上打开；换手机请找楼长。"
        ),
        "en": (
            "No phone, or no luck with it? Ask your building leader or call the hotline. "
            "Each room opens on one phone; for another phone ask your building leader."
        ),
    },
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """What one stairwell's notice says: the place in both languages, and where its code leads."""

    place_zh: str
    place_en: str
    address: str


def print_posters(notices: Sequence[Notice], font_paths: Sequence[Path]) -> bytes:
    """Print notices as a PDF, one on each page of A4.

    Notes
    -----
    Error correction H: a code on a wall is torn and scribbled on, and still has to be read.
    """
    data = {
        **TEXTS,
        "notices": [
            {
                "place": {"zh": one.place_zh, "en": one.place_en},
                "address": one.address,
                "qr": _code(one.address),
            }
            for one in notices
        ],
    }
    return Press("poster.typ", font_paths).print(data)


def _code(address: str) -> str:
    out = io.BytesIO()
    segno.make(address, error="h", micro=False).save(out, kind="svg", border=4, xmldecl=False)
    return out.getvalue().decode()
