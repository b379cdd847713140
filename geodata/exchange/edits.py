"""Edits of a district: made by people who were there, checked, logged, and kept over imports.

An edit sets columns of a place, moves it, adds or removes one, or sets the district's policy. All
edits of a folder stand in ``edits.jsonl``, one a line, so that they can be made again on the next
import of a newer map.
"""

import csv
import dataclasses
import json
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from shapely.geometry import Point

from geodata.district import District, DistrictUnreadable, Finding, Policy
from geodata.exchange.cells import Unfit, fit
from geodata.gates import apply_policy, hours_fault
from geodata.layers import CONTRACT, DEFAULTS, Value, layer_frame

ACTIONS = ("set", "move", "add", "remove", "policy")
KINDS: Mapping[str, str] = {
    "compound": "compounds",
    "building": "buildings",
    "stairwell": "stairwells",
    "gate": "gates",
    "site": "sites",
}
LOG = "edits.jsonl"
_POINTS = ("stairwell", "gate", "site")
_ADDED = ("stairwell", "gate", "site")
_EAST, _NORTH = 180.0, 90.0
_FAR_DEG = 0.5
_PARTS = ("action", "kind", "id", "lon", "lat")


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """One change of one place.

    Parameters
    ----------
    values
        Columns and what they shall hold, as written: they are read by the contract of the layer.
    """

    action: str
    kind: str = ""
    id: str = ""
    values: Mapping[str, str] = field(default_factory=dict)
    lon: float | None = None
    lat: float | None = None

    def __post_init__(self) -> None:
        if self.action not in ACTIONS:
            raise _refusal(self, "edit.action-unknown", self.action, ", ".join(ACTIONS))
        if self.action != "policy" and self.kind not in KINDS:
            raise _refusal(self, "edit.kind-unknown", self.kind, ", ".join(KINDS))
        if self.action in ("add", "remove") and self.kind not in _ADDED:
            raise _refusal(self, "edit.kind-unfit", self.kind, ", ".join(_ADDED))
        if self.action == "move" and self.kind not in _POINTS:
            raise _refusal(self, "edit.kind-unfit", self.kind, ", ".join(_POINTS))
        if self.action in ("add", "move"):
            self._check_spot()

    def _check_spot(self) -> None:
        if self.lon is None or self.lat is None:
            raise _refusal(self, "edit.position-missing", "", "lon and lat in WGS 84")
        if not (abs(self.lon) <= _EAST and abs(self.lat) <= _NORTH):
            raise _refusal(
                self,
                "edit.position-out-of-range",
                f"{self.lon}, {self.lat}",
                "longitude from -180 to 180 before latitude from -90 to 90",
            )


def _refusal(edit: Edit, code: str, value: str, mend: str) -> DistrictUnreadable:
    return DistrictUnreadable(
        code,
        action=edit.action,
        kind=edit.kind,
        id=edit.id,
        value=value,
        mend=f"use {mend}",
    )


def apply_edits(district: District, edits: Sequence[Edit]) -> District:
    """Make edits one after the other, all or none.

    Raises
    ------
    DistrictUnreadable
        If one names no place of the district, or a column or value that its layer cannot hold.
    """
    for edit in edits:
        district = _MAKERS[edit.action](district, edit)
    return district


def keep_edits(district: District, edits: Sequence[Edit]) -> District:
    """Make earlier edits on a newly imported district; those that no longer fit are reported."""
    kept = 0
    for edit in edits:
        try:
            district = apply_edits(district, [edit])
            kept += 1
        except DistrictUnreadable as refused:
            lost = Finding(
                code="edit.lost",
                place=edit.id or edit.kind,
                facts={
                    "action": edit.action,
                    "kind": edit.kind,
                    "refusal": refused.code,
                    "value": refused.facts.get("value", ""),
                },
            )
            district = dataclasses.replace(district, findings=(*district.findings, lost))
    if kept:
        told = Finding(code="district.edited", place=district.name, facts={"count": kept})
        district = dataclasses.replace(district, findings=(*district.findings, told))
    return district


def _set(district: District, edit: Edit) -> District:
    frame, row = _found(district, edit)
    values = _read(edit, KINDS[edit.kind])
    if edit.kind == "gate" and "open" in values and "rule" not in values:
        values["rule"] = "open" if values["open"] else "closed"  # no policy changes it back
    for column, value in values.items():
        frame.iloc[row, frame.columns.get_loc(column)] = value
    return dataclasses.replace(district, **{KINDS[edit.kind]: frame})


def _move(district: District, edit: Edit) -> District:
    frame, row = _found(district, edit)
    frame.iloc[row, frame.columns.get_loc("geometry")] = _spot(district, edit)
    if edit.kind == "stairwell":
        frame.iloc[row, frame.columns.get_loc("derived")] = False
    return dataclasses.replace(district, **{KINDS[edit.kind]: frame})


def _add(district: District, edit: Edit) -> District:
    layer = KINDS[edit.kind]
    frame = getattr(district, layer)
    if not edit.id or edit.id in set(frame["id"]):
        raise _refusal(edit, "edit.id-taken", edit.id, "an id that no other place has")
    row: dict[str, Any] = {"code": f"+{edit.id}", "rule": "open"} | dict(DEFAULTS[layer])
    row |= _read(edit, layer) | {"id": edit.id, "geometry": _spot(district, edit)}
    if edit.kind == "gate":
        row["rule"] = "open" if row["open"] else "closed"
    for column, held in CONTRACT[layer].columns.items():
        if column not in row:
            raise _refusal(edit, "edit.value-missing", column, f"{column}=…: {held.says}")
    row["code"] = row["code"] or edit.id
    row["name_zh"] = row["name_zh"] or row["code"]
    row["name_en"] = row["name_en"] or row["name_zh"]
    kept = {name: row[name] for name in (*CONTRACT[layer].columns, "geometry")}
    made = layer_frame(layer, [*frame.to_dict("records"), kept])
    return dataclasses.replace(district, **{layer: made})


def _remove(district: District, edit: Edit) -> District:
    frame, row = _found(district, edit)
    left = frame.drop(index=frame.index[row]).reset_index(drop=True)
    return dataclasses.replace(district, **{KINDS[edit.kind]: left})


def _policy(district: District, edit: Edit) -> District:
    if unknown := set(edit.values) - {"untagged_gates"}:
        raise _refusal(edit, "edit.column-unknown", min(unknown), "untagged_gates")
    policy = Policy(**edit.values)
    gates = apply_policy(district.gates, policy, before=district.policy)
    return dataclasses.replace(district, policy=policy, gates=gates)


_MAKERS: Mapping[str, Callable[[District, Edit], District]] = {
    "set": _set,
    "move": _move,
    "add": _add,
    "remove": _remove,
    "policy": _policy,
}


def _found(district: District, edit: Edit) -> tuple[Any, int]:
    """Find a place by its id or its code, in a copy of its layer."""
    frame = getattr(district, KINDS[edit.kind]).copy()
    for column in ("id", "code"):
        rows = [number for number, said in enumerate(frame[column]) if said == edit.id]
        if edit.id and len(rows) == 1:
            return frame, rows[0]
    raise _refusal(edit, "edit.place-unknown", edit.id, f"the id or code of a {edit.kind}")


def _read(edit: Edit, layer: str) -> dict[str, Value]:
    read: dict[str, Value] = {}
    columns = CONTRACT[layer].columns
    for name, text in edit.values.items():
        if name not in columns or name == "id":
            known = ", ".join(column for column in columns if column != "id")
            raise _refusal(edit, "edit.column-unknown", name, known)
        try:
            read[name] = fit(columns[name], text)
        except Unfit as unfit:
            mend = str(unfit).removeprefix("use ")
            raise _refusal(edit, "edit.value-unfit", f"{name}={text}", mend) from unfit
    hours = str(read.get("hours", ""))
    if hours and (fault := hours_fault(hours)):
        mend = f"hours as in '06:00-22:00' or 'Mo-Fr 06:00-22:00' ({fault})"
        raise _refusal(edit, "edit.value-unfit", f"hours={hours}", mend)
    return read


def _spot(district: District, edit: Edit) -> Point:
    west, south, east, north = district.bounds()
    lon, lat = float(edit.lon or 0), float(edit.lat or 0)

    def near(x: float, y: float) -> bool:
        inside = west - _FAR_DEG <= x <= east + _FAR_DEG
        return inside and south - _FAR_DEG <= y <= north + _FAR_DEG

    if not near(lon, lat):
        mend = "a position in the district, in degrees of WGS 84"
        if near(lat, lon):
            mend = f"longitude before latitude: {lat} {lon}"
        raise _refusal(edit, "edit.position-astray", f"{lon}, {lat}", mend)
    return Point(lon, lat)


def read_edits(path: str | os.PathLike[str]) -> tuple[Edit, ...]:
    """Read edits from a table (``.csv``), GeoJSON points (``.geojson``) or a log (``.jsonl``).

    Columns or properties are ``action``, ``kind`` and ``id``; ``lon`` and ``lat`` where there is
    no geometry; all others are columns of the layer, empty ones stay as they are.

    Raises
    ------
    DistrictUnreadable
        If the file cannot be read, or a line of it is no edit.
    """
    file = Path(path)
    try:
        text = file.read_text(encoding="utf-8-sig")
        if file.suffix.lower() == ".csv":
            rows: list[dict[str, Any]] = list(csv.DictReader(text.splitlines()))
        elif file.suffix.lower() == ".jsonl":
            rows = [json.loads(line) for line in text.splitlines() if line.strip()]
        else:
            rows = [
                feature["properties"] | _lonlat(feature.get("geometry"))
                for feature in json.loads(text)["features"]
            ]
        return tuple(_edit(row) for row in rows)
    except DistrictUnreadable as refused:
        raise DistrictUnreadable(
            refused.code, **({"file": str(file)} | dict(refused.facts))
        ) from refused
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as fault:
        raise DistrictUnreadable(
            "edit.file-unreadable",
            file=str(file),
            reason=str(fault)[:200],
            mend="give a CSV table or GeoJSON points with action, kind and id",
        ) from fault


def _lonlat(geometry: Mapping[str, Any] | None) -> dict[str, float]:
    if geometry is None:
        return {}
    lon, lat, *_ = geometry["coordinates"]
    return {"lon": float(lon), "lat": float(lat)}


def _edit(row: Mapping[str, Any]) -> Edit:
    values = dict(row.get("values") or {})
    values |= {
        str(name): str(value)
        for name, value in row.items()
        if name not in (*_PARTS, "values", "at", "actor") and value not in ("", None)
    }
    return Edit(
        action=str(row["action"]),
        kind=str(row.get("kind") or ""),
        id=str(row.get("id") or ""),
        values={name: str(value) for name, value in values.items()},
        lon=float(row["lon"]) if row.get("lon") not in ("", None) else None,
        lat=float(row["lat"]) if row.get("lat") not in ("", None) else None,
    )


def log_edits(
    folder: str | os.PathLike[str], edits: Sequence[Edit], *, at: datetime, actor: str
) -> None:
    """Add edits to the log of a district's folder."""
    with (Path(folder) / LOG).open("a", encoding="utf-8") as log:
        for edit in edits:
            line = {"at": at.isoformat(), "actor": actor, **dataclasses.asdict(edit)}
            log.write(json.dumps(line, ensure_ascii=False) + "\n")


def logged_edits(folder: str | os.PathLike[str]) -> tuple[Edit, ...]:
    """Read the log of a district's folder; empty where nothing was edited.

    Raises
    ------
    DistrictUnreadable
        If the log is damaged.
    """
    file = Path(folder) / LOG
    return read_edits(file) if file.is_file() else ()
