"""The pages that are measured, who opens each, and what is left out and why."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

AREAS: Final = (
    "desk", "hotline", "point", "courier", "leader", "steward", "household", "money", "service",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Page:
    """A page or what it loads: the route it is answered by, and what follows its path."""

    area: str
    role: str
    route: str
    query: str = ""
    on: str = "run"  # or ``next``: of the run that takes lists

    def path(self, values: Mapping[str, str]) -> str:
        """Fill in what the district holds, by the names of path parameters."""
        known = dict(values)
        known["run_id"] = known["run"] = known[self.on]
        return f"{re.sub(_TYPED, '', self.route)}{self.query}".format(**known)


_TYPED: Final = ":path"


def _each(area: str, role: str, *routes: str, on: str = "run") -> tuple[Page, ...]:
    return tuple(
        Page(area, role, route, f"?{query}" if mark else "", on)
        for route, mark, query in (one.partition("?") for one in routes)
    )


_RUN: Final = "/api/v1/runs/{run_id}"
_HOME: Final = "/api/v1/households/{household}"
_AREA: Final = "/api/v1/districts/{district}"
_DESK: Final = "/desk/runs/{run_id}"

PAGES: Final = (
    *_each(
        "service",
        "planner",
        "/",
        "/healthz",
        "/account",
        "/api/v1/me",
        "/api/v1/openapi.json",
        f"{_AREA}/links",
        f"{_AREA}/zones",
        f"{_AREA}/zones/{{place}}",
        f"{_AREA}/zones/{{place}}/history",
        f"{_AREA}/closures",
        "/api/v1/announcements",
    ),
    *_each(
        "desk",
        "planner",
        "/desk",
        _DESK,
        f"{_DESK}/orders",
        f"{_DESK}/receiving",
        f"{_DESK}/sharing",
        f"{_DESK}/sharing/fairness",
        f"{_DESK}/packing",
        f"{_DESK}/plan",
        f"{_DESK}/what-if",
        f"{_DESK}/report",
        "/api/v1/runs",
        _RUN,
        f"{_RUN}/desk",
        f"{_RUN}/jobs",
        f"{_RUN}/orders",
        f"{_RUN}/lists",
        f"{_RUN}/report",
        f"{_RUN}/plans",
        f"{_RUN}/plans/compare?a={{plan_id}}&b={{plan_id}}",
        "/api/v1/plans/{plan_id}",
        "/api/v1/plans/{plan_id}/tracks.geojson",
        f"{_RUN}/lots",
        f"{_RUN}/rations",
        f"{_RUN}/shares?of={{household}}",
        f"{_RUN}/shorts",
        f"{_RUN}/fairness",
        f"{_RUN}/packing-progress",
        f"{_RUN}/sheets/{{courier}}",
        f"{_RUN}/packing",
        f"{_RUN}/packing/{{bag}}",
        f"{_RUN}/problems",
        f"{_RUN}/errands",
    ),
    *_each(
        "desk",
        "planner",
        _DESK,
        f"{_DESK}/triage",
        f"{_RUN}/desk",
        _RUN,
        f"{_RUN}/lists",
        on="next",
    ),
    *_each("desk", "auditor", "/desk", f"{_DESK}/plan", f"{_AREA}/needs"),
    Page("desk", "auditor", "/api/v1/trace/{subject}/{code}"),
    *_each(
        "hotline",
        "clerk",
        "/hotline",
        f"{_AREA}/households/find?said={{said}}",
        f"{_HOME}/card",
        "/api/v1/lists?household={household}",
        "/api/v1/lists/{list_id}",
        f"{_RUN}/triage",
        "/api/v1/runs/{run}/roll-call",
        "/api/v1/reports",
        "/api/v1/errands?household={household}",
        f"{_AREA}/errands",
        on="next",
    ),
    *_each(
        "money",
        "planner",
        "/api/v1/runs/{run}/money",
        "/api/v1/runs/{run}/money/households",
        "/api/v1/runs/{run}/money/journal",
        "/api/v1/runs/{run}/money/suppliers",
        f"{_HOME}/money",
    ),
    *_each(
        "point",
        "point-team",
        "/point",
        "/point/goods",
        "/point/packing",
        "/point/bag?bag={bag_here}",
        "/point/trips",
        "/point/trip?trip={trip_here}",
        "/api/v1/runs/{run}/points/{point}/board",
    ),
    *_each(
        "courier",
        "courier",
        "/courier",
        "/api/v1/couriers/me/day",
        "/api/v1/couriers/{courier}/shifts.ics",
    ),
    *_each(
        "leader",
        "leader",
        "/leader",
        "/leader/unheard",
        "/leader/list?household={neighbour}",
        "/leader/problem?household={neighbour}&run={run}",
        "/leader/help",
        "/leader/links",
        "/api/v1/runs/{run}/places/{place}/hand-out",
    ),
    *_each(
        "steward",
        "steward",
        "/steward",
        "/steward/{household}",
        "/api/v1/stewards/me/households",
        f"{_HOME}/contacts",
        f"{_HOME}/doctor",
        _HOME,
    ),
    *_each("steward", "planner", f"{_AREA}/stewards"),
    *_each(
        "household",
        "household",
        "/my",
        "/my/announcements",
        "/my/list/{list_id}",
        "/my/order",
        "/my/order/preview",
        "/my/order/{category}",
        "/my/errand",
        "/my/report",
    ),
)

LEFT_OUT: Final = {
    **dict.fromkeys(
        ("/static/{name}", "/assets/noto-sans-sc.ttf", "/assets/{name:path}", "/courier/sw.js",
         "/courier/manifest.webmanifest", "/courier/icon-180.png", "/courier/icon-192.png",
         "/courier/icon-512.png"),
        "a file of the program: asks no database",
    ),
    **dict.fromkeys(
        ("/sign-in", "/h/{token}", "/d/{token}"), "asked once by each visitor on the way in"
    ),
    **dict.fromkeys(
        (f"{_RUN}/pick-lists.pdf", f"{_RUN}/sheets.pdf", f"{_RUN}/sheets/{{courier}}.pdf",
         f"{_HOME}/receipt.pdf", "/api/v1/runs/{run}/points/{point}/packing-list.pdf",
         "/api/v1/runs/{run}/points/{point}/labels.pdf", "/leader/sheet.pdf",
         f"{_RUN}/points/{{point}}/packing-list.pdf", f"{_RUN}/points/{{point}}/labels.pdf",
         f"{_AREA}/map.{{form}}"),
        "printed: a minute's paper, not a page",
    ),
    **dict.fromkeys(
        (f"{_RUN}/lists.{{kind}}", f"{_RUN}/orders.{{kind}}", f"{_RUN}/shares.{{kind}}",
         f"{_RUN}/bags.{{kind}}", f"{_RUN}/trips.{{kind}}", f"{_RUN}/roll-call.{{kind}}",
         f"{_RUN}/shifts.ics", f"{_RUN}/tracks.{{kind}}", f"{_RUN}/tracks/{{courier}}.{{kind}}"),
        "a file of a whole run, by intent",
    ),
    **dict.fromkeys(
        ("/api/v1/jobs/{job_id}/events", f"{_RUN}/events/stream"), "stays open by intent"
    ),
    **dict.fromkeys(
        ("/api/v1/ledger/proof", "/api/v1/runs/{run}/money/proof",
         "/api/v1/trace/lot/{code}/steps"),
        "reads the books from end to end, by intent",
    ),
    **dict.fromkeys(
        ("/api/v1/staff/{login}", "/api/v1/jobs/{job_id}", "/api/v1/errands/{errand_id}",
         "/api/v1/reports/{report_id}", "/api/v1/photos/{photo_id}",
         f"{_AREA}/gates/{{gate}}/history", "/api/v1/webhooks", "/api/v1/webhooks/{webhook_id}",
         "/api/v1/webhooks/{webhook_id}/deliveries"),
        "one row by its key, which this day has not",
    ),
}  # fmt: skip
"""Routes that are not measured, with the reason."""
