"""A household's own page: the cut-off, its lists and how far they are, what is announced."""

from fastapi import APIRouter
from fastapi.responses import Response
from sqlalchemy.orm import Session

from api.errors import Responses
from api.pages.announced import shown_announcement
from api.pages.household_asker import Asker, VisitDep, asker, shown
from api.pages.household_views import Shown, symbols
from api.pages.visits import FormDep, Visit, lead_to, text_of
from api.roles import Action
from api.routes import household_asks, household_order
from api.routes.announcements import told_to
from logistics.domain.allocation import Substitution
from logistics.domain.bag_reports import ReportBagUnknown
from logistics.domain.custody import Scan, ScanKind
from logistics.domain.lists import HouseholdList
from logistics.errors import Conflict, Invalid, NotFound, SupplyLoopError
from logistics.store import bag_reports, errands, lists, runs
from logistics.usecases.allow_substitutes import allow_substitutes
from logistics.usecases.amend_list import cancel_list
from logistics.usecases.draft_list import draft_of_list
from logistics.usecases.follow_list import follow_list, stage_of_list
from logistics.usecases.record_scans import BagEvent, record_scans

router = APIRouter(tags=["pages"])

_PAGE = Responses.of(404, 409, 422)
_LATEST = 6


@router.get("/my", response_class=Response, summary="A household's own page", responses=_PAGE)
def home(visit: VisitDep) -> Response:
    """Show the next cut-off, the latest lists and how far they are, and what is announced."""

    def read(session: Session) -> Response:
        own = asker(session, visit)
        reports = bag_reports.of_household(session, own.home.id, since=visit.who.since)
        asked = errands.of_household(session, own.home.id)
        said = [own.words.errand(one) for one in reversed(asked) if visit.who.sees(one.asked_at)]
        return shown(visit, "home.html",
            run=own.words.run(own.next_run) if own.next_run else None,
            cards=_cards(session, own), drafted=not own.draft(session).empty,
            announcements=_announced(session, own)[:3],
            errands=[one for one in said if not one["over"]][:3],
            reports=[own.words.report(one) for one in reports if one.answer is None][:3],
            room=own.home.room, done=visit.request.query_params.get("done", ""),
            door=visit.who.since is not None,
        )  # fmt: skip

    return visit.work.read(read)


@router.get(
    "/my/announcements", response_class=Response, summary="What is announced", responses=_PAGE
)
def announced(visit: VisitDep) -> Response:
    """Show all that is announced to this household now."""

    def read(session: Session) -> Response:
        own = asker(session, visit)
        return shown(visit, "announced.html", announcements=_announced(session, own))

    return visit.work.read(read)


@router.get(
    "/my/list/{list_id}", response_class=Response, summary="How far a list is", responses=_PAGE
)
def follow(list_id: str, visit: VisitDep) -> Response:
    """Show the lines, the bags and the receipt of a list, and what may still be done."""
    return visit.work.read(lambda session: _follow(visit, session, list_id))


@router.post(
    "/my/list/{list_id}", response_class=Response, summary="Do something with a list",
    responses=_PAGE,
)  # fmt: skip
def act(list_id: str, visit: VisitDep, form: FormDep) -> Response:
    """Change or cancel a list until its cut-off, choose substitutes, say that a bag came."""
    go = text_of(form, "go", 16)

    def write(session: Session) -> str:
        own = asker(session, visit)
        found = own.own_list(session, Action.LIST_CHANGE, list_id)
        if go == "change":
            own.keep(session, draft_of_list(session, found))
            return "/my/order"
        if go == "cancel":
            said = text_of(form, "version", 9)
            version = int(said) if said.isdecimal() else found.version
            cancel_list(
                session, list_id, expected_version=version, actor=visit.who.actor, at=visit.at
            )
            return "/my?done=cancelled"
        if go == "receive":
            _receive(session, own, found, text_of(form, "bag", 64))
            return f"/my/list/{list_id}?done=received"
        _swap(session, own, found, form)
        return f"/my/list/{list_id}"

    try:
        return lead_to(visit.work(write))
    except (Conflict, Invalid, NotFound) as refusal:
        known = refusal
        return visit.work.read(lambda session: _follow(visit, session, list_id, known))


router.include_router(household_order.router)
router.include_router(household_asks.router)


def _follow(
    visit: Visit, session: Session, list_id: str, refusal: SupplyLoopError | None = None
) -> Response:
    own = asker(session, visit)
    own.own_list(session, Action.LIST_READ, list_id)
    view = own.words.followed(follow_list(session, list_id, since=visit.who.since))
    return shown(visit, "follow.html", refusal=refusal, view=view, symbols=symbols(view["lines"]),
        done=visit.request.query_params.get("done", ""),
    )  # fmt: skip


def _cards(session: Session, own: Asker) -> list[Shown]:
    found: list[HouseholdList] = []
    for code in (own.home.code, *sorted(own.who.submits_for - {own.home.code})):
        found += lists.of_household(session, None, code)
    seen = [one for one in found if own.who.sees(one.created_at) and _shown(one)]
    seen.sort(key=lambda one: one.created_at, reverse=True)
    return [
        own.words.card(
            one, runs.get(session, one.run_id), stage_of_list(session, one), own.home.code
        )
        for one in seen[:_LATEST]
    ]


def _shown(one: HouseholdList) -> bool:
    """Leave out lists that only changed another: they ask for nothing themselves."""
    return bool(one.lines) or one.state != "cancelled"


def _announced(session: Session, own: Asker) -> list[Shown]:
    return [
        shown_announcement(one, own.language, own.area.zone_name, own.words.at)
        for one in told_to(session, own.who, own.words.at)
    ]


def _receive(session: Session, own: Asker, found: HouseholdList, bag: str) -> None:
    """Say that a bag is there; said again it changes nothing."""
    bag_id = bag_reports.bag_of_household(session, found.run_id, found.household_id, bag)
    if bag_id is None:
        raise ReportBagUnknown(field="bag", value=bag, mend="read the bag's label")
    scan = Scan(
        key=f"page:{own.who.token_id}:{bag_id}:confirm",
        kind=ScanKind.CONFIRM,
        at=own.words.at,
        by=f"household:{found.household_code}",
    )
    record_scans(
        session,
        found.run_id,
        [BagEvent(bag=bag_id, scan=scan)],
        actor=own.who.actor,
        at=own.words.at,
    )


def _swap(session: Session, own: Asker, found: HouseholdList, form: FormDep) -> None:
    """Let another of its kind come instead of a line's goods, or nothing."""
    wish = {"swap": Substitution.CLASS, "keep": Substitution.NONE}
    for field, substitution in wish.items():
        line_id = text_of(form, field, 64)
        for line in found.lines:
            if line.id == line_id:
                allow_substitutes(
                    session, found.run_id, found.household_code, line.item, substitution,
                    actor=own.who.actor, at=own.words.at,
                )  # fmt: skip
