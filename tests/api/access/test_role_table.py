"""Every endpoint with every role, with what is theirs, what is another's, and another district's.

The paths come from the application itself, so a new endpoint is held to the table from its first
day: it must say which action it does, and whatever its path names must be known here.
"""

from collections.abc import Iterator

import pytest
from fastapi.routing import APIRoute

from api.auth import ACTION_MARK
from api.roles import TABLE, Action, Reach, Role
from tests.api.access.conftest import STEWARD_PASSWORD

OPEN = {
    "/", "/healthz", "/sign-in", "/sign-out", "/language", "/h/{token}", "/d/{token}",
    "/courier/sw.js", "/courier/manifest.webmanifest", "/courier/icon-180.png",
    "/courier/icon-192.png", "/courier/icon-512.png", "/static/{name}",
    "/assets/noto-sans-sc.ttf", "/assets/{name:path}",
}  # fmt: skip
"""What anyone may ask for; each says nothing of any household."""

SERVICE_WIDE = {Action.WEBHOOK_MANAGE}  # of all districts at once: who has one only may not
FREE = {"category"}  # names a kind of goods, and nothing of anybody
NARROW = {
    "report_id", "photo_id", "announcement_id", "link_id", "household", "list_id", "errand_id",
    "courier", "bag", "trip", "point", "place",
}  # fmt: skip
"""Parameters that name a thing within a district: what is another's lies outside."""

WIDE = {"district", "run", "run_id", "job_id", "plan_id"}
"""Parameters that name a thing of the whole district."""

OTHER = {
    "login": "nobody", "grant": "gra_none", "errand": "er_none",
    "webhook_id": "wh_none",
    "entry_id": "tri_none", "order_id": "ord_none", "closure_id": "clo_none", "gate": "G1",
    "kind": "gpx", "form": "svg", "subject": "lot", "code": "lot_none",
    "decision": "hold", "name": "x", "session_id": "ses_none",
}  # fmt: skip
"""Parameters that name nothing here: what is not there is nobody's, so limits refuse it."""


def _at_a_door(side) -> dict[str, object]:
    form = {"household": side.household, "run": side.run, "place": side.building}
    return {
        "data": {
            **form,
            "key": f"k-{side.household}",
            "go": "send",
            "text": "土豆1斤",
            "answer": "asked",
        }
    }


BODIES = {
    ("POST", "/api/v1/runs"): lambda s: {
        "json": {"district": s.district, "day": "2031-01-01", "cutoff_at": "2031-01-01T00:00:00Z"}
    },
    ("POST", "/api/v1/lists"): lambda s: {"json": {"household": s.household, "text": "土豆1斤"}},
    ("POST", "/api/v1/lists/preview"): lambda s: {
        "json": {"household": s.household, "text": "土豆1斤"}
    },
    ("POST", "/api/v1/lists/repeat"): lambda s: {"json": {"household": s.household}},
    ("GET", "/api/v1/lists"): lambda s: {"params": {"household": s.household}},
    ("POST", "/api/v1/errands"): lambda s: {
        "json": {"household": s.household, "kind": "parcel", "said": "取件"}
    },
    ("POST", "/api/v1/announcements"): lambda s: {
        "json": {"district": s.district, "place": s.building, "text_zh": "通知"}
    },
    ("POST", "/api/v1/reports"): lambda s: {
        "json": {"household": s.household, "run": s.run, "kind": "missing", "bag": s.bag}
    },
    ("POST", "/api/v1/photos"): lambda s: {
        "params": {"household": s.household}, "files": {"photo": ("a.jpg", b"no picture")}
    },
    ("GET", "/api/v1/errands"): lambda s: {"params": {"household": s.household}},
    ("GET", "/api/v1/runs/{run}/roll-call"): lambda s: {"params": {"place": s.building}},
    ("POST", "/api/v1/runs/{run_id}/events"): lambda s: {"json": {"events": [{"bag": s.bag}]}},
    ("POST", "/api/v1/districts/{district}/links"): lambda s: {
        "json": {"role": "household", "household": s.household}
    },
    ("POST", "/leader/unheard"): _at_a_door,
    ("POST", "/leader/list"): _at_a_door,
    ("POST", "/leader/links"): _at_a_door,
    ("GET", "/leader/sheet.pdf"): lambda s: {"params": {"run": s.run, "place": s.stairwell}},
    ("GET", "/api/v1/ledger/proof"): lambda s: {"params": {"run": s.run}},
    ("POST", "/api/v1/runs/{run_id}/packing"): lambda s: {"json": {"events": [
        {"bag": s.bag, "event": "seal", "key": f"seal-{s.bag}"}
    ]}},
}  # fmt: skip
"""Requests whose body or query says whose affair it is."""

FORMS = {
    ("POST", "/api/v1/runs/{run_id}/frontier"): {"json": {"time_limit_s": 1, "points": 2}},
    ("POST", "/account/password"): {"data": {"old": STEWARD_PASSWORD, "new": STEWARD_PASSWORD}},
}  # fmt: skip
"""What a request must say to be more than a refusal (a wrong password is refused like a stranger),
or not to take its time."""

SPEAKS = {
    "courier": {"event": "drop", "by": "courier:K1"},
    "household": {"event": "confirm", "by": "household:KX-01-01-1-101"},
    "point-team": {"event": "return", "by": "point:P1"},
}  # fmt: skip
"""What a role says of bags, in its own name; others speak for the leader."""


def routes(app) -> Iterator[tuple[str, APIRoute, Action | None]]:
    for route in _flat(app.routes):
        if isinstance(route, APIRoute):
            for method in sorted(route.methods - {"HEAD"}):
                yield method, route, _action(route.dependant)


def _flat(found) -> Iterator[object]:
    for route in found:
        inner = getattr(route, "original_router", None)
        yield from _flat(inner.routes) if inner is not None else [route]


def _action(dependant) -> Action | None:
    found = getattr(dependant.call, ACTION_MARK, None)
    return found or next(filter(None, map(_action, dependant.dependencies)), None)


def _path(route: APIRoute, side) -> str:
    values = {
        "district": side.district, "run": side.run, "run_id": side.run,
        "household": side.household, "list_id": side.list_id, "errand_id": side.errand_id,
        "link_id": side.link_id, "courier": side.courier, "bag": side.bag, "trip": side.trip,
        "point": side.point, "place": side.building, "report_id": side.report_id,
        "photo_id": side.photo_id,
        "announcement_id": side.announcement_id, "category": "vegetable",
        "job_id": side.job_id, "plan_id": f"plan-{side.district}-{side.courier}",
    } | OTHER  # fmt: skip
    unknown = set(route.param_convertors) - set(values)
    assert not unknown, f"{route.path}: say in api/access/scopes.py and here where {unknown} lies"
    return route.path_format.format(**values)


def _expected(role: Role, action: Action, names: set[str], which: str, *, body: bool) -> bool:
    """Say whether the table lets a role do it there."""
    reach = TABLE[action].get(role)
    if reach is None or action in SERVICE_WIDE:
        return False
    if which == "foreign" and names == {"courier"}:
        which = "inside"  # codes of couriers repeat: it names one of the own district
    if not body and names and not names & (NARROW | WIDE):  # it names what is not there
        return reach is Reach.ALL
    if which == "foreign" and (body or names):
        return False
    if reach is Reach.ALL or which == "inside":
        return True
    return not (body or names & NARROW)


def test_every_endpoint_says_which_action_it_does(client):
    assert len(list(routes(client.app))) > 100  # they were found at all
    silent = {r.path for _, r, action in routes(client.app) if action is None} - OPEN
    assert silent == set()


def test_every_action_of_the_table_is_done_by_an_endpoint_or_asked_within_one(client):
    done = {action for _, _, action in routes(client.app)}
    within = {Action.NEED_SUPPLY, Action.NEED_CARE, Action.NEED_HEALTH}  # parts of one answer
    assert set(Action) - done - within == set()


def test_the_table_names_every_action():
    assert set(TABLE) == set(Action)


@pytest.mark.parametrize("role", list(Role))
def test_a_role_may_exactly_what_the_table_says(world, client, role):
    wrong = []
    for number, (method, route, action) in enumerate(routes(client.app)):
        if action is None:
            continue
        names = set(route.param_convertors) - FREE
        build = BODIES.get((method, route.path))
        for which, side in world.sides().items():
            request = build(side) if build else FORMS.get((method, route.path), {})
            for event in request.get("json", {}).get("events", ()):
                if "event" not in event:
                    said = {"event": "take", "by": "leader:KX-01-01"}
                    event.update(SPEAKS.get(role.value, said))
            answer = client.request(
                method, _path(route, side), **request,
                headers={
                    **world.credentials(role.value),
                    "Idempotency-Key": f"{role}-{number}-{which}", "If-Match": '"1"',
                },
            )  # fmt: skip
            may = _expected(role, action, names, which, body=build is not None)
            if (answer.status_code == 403) == may or answer.status_code in (401, 500):
                wrong.append((method, route.path, which, answer.status_code, answer.text[:90]))
    assert wrong == [], "\n".join(map(str, wrong))


def test_a_stranger_may_nothing(world, client):
    let_in = []
    for method, route, action in routes(client.app):
        if action is not None:
            answer = client.request(method, _path(route, world.inside))
            if answer.status_code != 401:
                let_in.append((method, route.path, answer.status_code))
    assert let_in == []
