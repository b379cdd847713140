"""Drivers' sheets: where a van loads and unloads, when and what (货车司机单)."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final, Protocol

from logistics.domain.vans import VanPlace, VanTour
from logistics.exchange.sheets import clock, kilograms, litres
from logistics.exchange.table_sheets import (
    Language,
    PaperColumn,
    PaperGroup,
    PaperSheet,
    print_tables,
)

TEXTS: Final = {
    "zh": {
        "title": "货车司机单", "collect": "采购取货", "transfer": "点位调拨", "departs": "出发",
        "returns": "返回", "stops": "停靠", "distance": "里程", "weight": "运量", "no": "#",
        "time": "到达–离开", "place": "地点", "what": "装卸", "loads": "采购单 / 点位",
        "done": "完成", "pickup": "装 {weight} · {volume}", "delivery": "卸 {weight} · {volume}",
        "note": "不下车接触：在卸货区放下后通知点位组长清点；冷藏货随到随卸。", "run": "波次",
    },
    "en": {
        "title": "Driver's sheet", "collect": "From suppliers", "transfer": "Between points",
        "departs": "Departs", "returns": "Returns", "stops": "Stops", "distance": "Distance",
        "weight": "Brings", "no": "#", "time": "Arrives–leaves", "place": "Place",
        "what": "Load / unload", "loads": "Orders / points", "done": "Done",
        "pickup": "load {weight} · {volume}", "delivery": "unload {weight} · {volume}",
        "note": "Meet nobody: unload in the yard, then tell the point's team leader to count; "
                "cold goods are unloaded first.", "run": "Run",
    },
}  # fmt: skip
_KM: Final = 1000


class Tours(Protocol):
    """Tours with the places and vans that they name."""

    @property
    def run(self) -> str: ...  # noqa: D102
    @property
    def tours(self) -> tuple[VanTour, ...]: ...  # noqa: D102
    @property
    def places(self) -> Mapping[str, VanPlace]: ...  # noqa: D102
    @property
    def vans(self) -> Mapping[str, str]: ...  # noqa: D102


def print_van_sheets(
    told: Tours, *, font_paths: Sequence[Path], language: Language = "zh"
) -> bytes:
    """Print one sheet for each tour as one PDF."""
    texts = TEXTS[language]
    return print_tables(
        [van_paper(told, tour, language) for tour in told.tours],
        title=f"{texts['title']} {told.run}",
        font_paths=font_paths,
        language=language,
    )


def van_paper(told: Tours, tour: VanTour, language: Language) -> PaperSheet:
    """Lay out one tour."""
    texts = TEXTS[language]
    brought = sum(stop.weight_g for stop in tour.stops if stop.kind == "delivery")
    return PaperSheet(
        code=tour.code,
        heading=told.vans.get(tour.van_id, tour.code),
        part=f"{texts['title']} · {texts[tour.kind.value]}",
        sub=f"{tour.code} · {texts['run']} {told.run}",
        boxes=(
            (texts["departs"], clock(tour.departs_s)),
            (texts["returns"], clock(tour.returns_s)),
            (texts["stops"], str(len(tour.stops))),
            (texts["distance"], f"{tour.distance_m / _KM:.1f} km"),
            (texts["weight"], kilograms(brought)),
        ),
        columns=(
            PaperColumn(label=texts["no"], width=9, align="center", kind="bold"),
            PaperColumn(label=texts["time"], width=26, kind="bold"),
            PaperColumn(label=texts["place"], kind="bold"),
            PaperColumn(label=texts["what"], width=56),
            PaperColumn(label=texts["loads"], width=38, kind="small"),
            PaperColumn(label=texts["done"], width=12, align="center", kind="tick"),
        ),
        groups=(
            PaperGroup(
                rows=tuple(
                    (
                        str(stop.seq),
                        f"{clock(stop.arrival_s)}–{clock(stop.leave_s)}",
                        _place(told.places[stop.place_id], language),
                        texts[stop.kind].format(
                            weight=kilograms(stop.weight_g), volume=litres(stop.volume_ml)
                        ),
                        ", ".join(code for code, _ in stop.loads),
                        "",
                    )
                    for stop in tour.stops
                )
            ),
        ),
        note=texts["note"],
        foot=f"{texts['run']} {told.run}",
    )


def _place(place: VanPlace, language: Language) -> str:
    name = place.name_zh if language == "zh" else place.name_en
    return f"{name} {place.code}"
