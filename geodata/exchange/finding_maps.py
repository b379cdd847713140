"""Print a check's findings as a page, each with a small map of its surroundings."""

from collections import Counter
from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

import numpy as np
import shapely

from geodata.district import District
from geodata.findings import Finding, Speaker

REACH_M = 60.0
_SIDE = 240
_MAPS_PER_CODE = 20
_WATER, _GREEN = "#cfe0ee", "#dfe9df"
_STYLES = (
    ("areas", 'stroke="none"'),
    ("compounds", 'fill="none" stroke="#b8860b" stroke-width="1" stroke-dasharray="5 3"'),
    ("buildings", 'fill="#c9c4bc" stroke="#777" stroke-width=".6"'),
    ("ways", 'fill="none" stroke="#5b7fa6" stroke-width="1.6"'),
    ("walls", 'fill="none" stroke="#7a3b12" stroke-width="1.6"'),
    ("gates", 'fill="#7a3b12"'),
    ("stairwells", 'fill="#222"'),
)


class Surroundings:
    """The layers of a district in metres, ready to be cut out around any place."""

    def __init__(self, district: District) -> None:
        self._district = district
        self._trees = {
            layer: shapely.STRtree(
                shapely.transform(
                    getattr(district, layer).geometry.to_numpy(),
                    district.to_metres.transform,
                    interleaved=False,
                )
                if len(getattr(district, layer))
                else []
            )
            for layer, _ in _STYLES
        }

    def _ground(self, row: int) -> str:
        return _WATER if self._district.areas["kind"].iloc[row] == "water" else _GREEN

    def draw(self, lon: float, lat: float, label: str) -> str:
        """Draw what lies around a place as an SVG, north up, the place marked by a cross."""
        x, y = self._district.to_metres.transform(lon, lat)
        window = shapely.box(x - REACH_M, y - REACH_M, x + REACH_M, y + REACH_M)
        scale = _SIDE / (2 * REACH_M)

        def on_page(spots: Any) -> Any:
            return np.column_stack(
                [(spots[:, 0] - x + REACH_M) * scale, (y + REACH_M - spots[:, 1]) * scale]
            )

        drawn = []
        for layer, style in _STYLES:
            tree = self._trees[layer]
            near = np.sort(tree.query(window, predicate="intersects"))
            cut = shapely.intersection(shapely.make_valid(tree.geometries[near]), window)
            for row, shape in zip(near.tolist(), shapely.transform(cut, on_page), strict=True):
                fill = f' fill="{self._ground(row)}"' if layer == "areas" else ""
                drawn += [f"<{mark} {style}{fill}/>" for mark in _marks(shape)]
        middle = _SIDE / 2
        drawn.append(
            f'<path d="M{middle - 9} {middle}h18M{middle} {middle - 9}v18" '
            'stroke="#c00000" stroke-width="2.5" fill="none"/>'
            f'<circle cx="{middle}" cy="{middle}" r="14" fill="none" stroke="#c00000"/>'
        )
        bar = 20 * scale
        drawn.append(
            f'<path d="M8 {_SIDE - 8}h{bar:.1f}" stroke="#000" stroke-width="2"/>'
            f'<text x="8" y="{_SIDE - 12}" font-size="10">20 m</text>'
            f'<path d="M{_SIDE - 12} 22V8m-4 5l4-6 4 6" stroke="#000" fill="none"/>'
            f'<text x="{_SIDE - 16}" y="33" font-size="10">N</text>'
        )
        return (
            f'<svg viewBox="0 0 {_SIDE} {_SIDE}" width="{_SIDE}" height="{_SIDE}" role="img" '
            f'aria-label="{escape(label, quote=True)}">{"".join(drawn)}</svg>'
        )


def _marks(shape: Any) -> list[str]:
    if shape.geom_type == "Point":
        return [f'circle cx="{shape.x:.1f}" cy="{shape.y:.1f}" r="3"']
    if shape.geom_type == "Polygon":
        rings = [shape.exterior, *shape.interiors]
        return [f'path fill-rule="evenodd" d="{"".join(_path(r) + "Z" for r in rings)}"']
    if shape.geom_type == "LineString":
        return [f'path d="{_path(shape)}"']
    return [mark for part in getattr(shape, "geoms", ()) for mark in _marks(part)]


def _path(line: Any) -> str:
    return "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in line.coords) if line.coords else ""


def findings_page(
    district: District, findings: Sequence[Finding], *, words: Mapping[str, str], speak: Speaker
) -> str:
    """Make an HTML page of all findings; of each code the first twenty have a map.

    Parameters
    ----------
    words
        Texts of the page: ``language``, ``title``, ``intro``, ``mend``, ``no_map``, and
        ``error``, ``warning`` and ``note``.
    speak
        Gives each finding's text, in the language of the words.
    """
    ground = Surroundings(district)
    drawn: Counter[str] = Counter()
    rows = []
    for finding in findings:
        text = speak(finding)
        picture = ""
        if finding.lon is not None and finding.lat is not None:
            drawn[finding.code] += 1
            picture = f"<p>{escape(words['no_map'])}</p>"
            if drawn[finding.code] <= _MAPS_PER_CODE:
                picture = ground.draw(finding.lon, finding.lat, f"{finding.code} {finding.place}")
            picture += f"<p><small>{finding.lon:.6f}, {finding.lat:.6f}</small></p>"
        rows.append(
            f'<article class="{finding.severity}"><div><h2>{escape(words[finding.severity])}: '
            f"<code>{escape(finding.code)}</code></h2><p><b>{escape(finding.place)}</b></p>"
            f"<p>{escape(text.message)}</p><p>{escape(words['mend'])}: "
            f"{escape(text.mend)}</p></div><figure>{picture}</figure></article>"
        )
    style = (
        "body{font:15px/1.45 sans-serif;margin:1.5rem auto;max-width:60rem;padding:0 1rem}"
        "article{display:flex;gap:1rem;justify-content:space-between;border-left:5px solid #999;"
        "padding:.2rem 0 .2rem 1rem;margin:0 0 1rem;break-inside:avoid;flex-wrap:wrap}"
        "article.error{border-color:#c00000}article.warning{border-color:#b45309}"
        "figure{margin:0}svg{border:1px solid #ccc;background:#fff}"
        "h2{font-size:1rem;margin:.2rem 0}"
        "div{flex:1 1 20rem}p{margin:.3rem 0;overflow-wrap:anywhere}"
    )
    return (
        f'<!doctype html>\n<html lang="{escape(words["language"])}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width">'
        f"<title>{escape(words['title'])}</title><style>{style}</style></head><body>"
        f"<h1>{escape(words['title'])}</h1><p>{escape(words['intro'])}</p>{''.join(rows)}"
        f"<footer>{escape(district.attribution)}</footer></body></html>\n"
    )
