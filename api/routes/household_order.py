"""A household puts its list together: by pictures, by words, by last time's; looks; sends it."""

import json
import secrets
from dataclasses import replace
from functools import partial
from typing import Annotated, Any, Final

from fastapi import APIRouter, Query
from fastapi.responses import Response
from sqlalchemy.orm import Session

from api.errors import KeyMissing, Responses
from api.once import Reply, once
from api.pages import pictures
from api.pages.household_asker import Asker, VisitDep, asker, shown
from api.pages.household_views import Shown, categories, symbols
from api.pages.visits import FormDep, Visit, lead_to, text_of
from api.roles import Action
from logistics.domain.catalogue import Item
from logistics.domain.drafts import Draft, DraftChanged, DraftItemUnknown
from logistics.errors import Conflict, Invalid, NotFound, SupplyLoopError
from logistics.store import drafts
from logistics.usecases.draft_list import draft_of_last, preview_draft, send_draft, with_text
from logistics.usecases.repeat_list import NoEarlierList

router = APIRouter(prefix="/my/order", tags=["pages"])

PER_PAGE: Final = 24  # goods on one page: what an old phone loads at once
_PAGE = Responses.of(404, 409, 422)
_QUANTITY: Final = "q_"
_UNIT: Final = "u_"


class CategoryUnknown(NotFound):
    """No goods of this category are in the catalogue."""

    code = "route.unknown"


@router.get("", response_class=Response, summary="Put a list together", responses=_PAGE)
def order(visit: VisitDep) -> Response:
    """Show what was picked and written so far, and the categories to choose from."""

    def read(session: Session) -> Response:
        own = asker(session, visit)
        return _order(visit, own, own.draft(session))

    return visit.work.read(read)


@router.post("", response_class=Response, summary="Keep a list as it is", responses=_PAGE)
def keep(visit: VisitDep, form: FormDep) -> Response:
    """Keep what was written and changed, then go where the button says."""

    def write(session: Session) -> str:
        own = asker(session, visit)
        household = text_of(form, "for", 64) or own.draft(session).household
        own.must_send_for(session, Action.LIST_TAKE, household)
        draft = _changed(own, own.draft(session), form)
        if not draft.list_id:
            draft = replace(draft, household=household)
        draft = with_text(draft, text_of(form, "text"), text_of(form, "note", 500))
        own.keep(session, draft)
        return _target(text_of(form, "go", 80), "/my/order")

    return lead_to(visit.work(write))


@router.get("/preview", response_class=Response, summary="Look before sending", responses=_PAGE)
def preview(visit: VisitDep) -> Response:
    """Show line by line what was understood, from which words, and what is not clear."""

    def read(session: Session) -> Response:
        own = asker(session, visit)
        return _preview(visit, session, own, own.draft(session))

    return visit.work.read(read)


@router.post("/preview", response_class=Response, summary="Make a line clear", responses=_PAGE)
def settle(visit: VisitDep, form: FormDep) -> Response:
    """Put what was chosen in the place of words that were not clear, or leave them out."""

    def write(session: Session) -> None:
        own = asker(session, visit)
        draft = own.draft(session)
        said, item = text_of(form, "words"), text_of(form, "item", 64)
        other = " ".join(text_of(form, "other", 500).split())
        if (swap := text_of(form, "swap", 64)) or text_of(form, "keep", 64):
            name = swap or text_of(form, "keep", 64)
            draft = replace(draft, plain=draft.plain - {name} if swap else draft.plain | {name})
        elif text_of(form, "go", 16) == "drop":
            draft = draft.settle(said, "")
        elif item:
            draft = _chosen(own, draft.settle(said, ""), form, item)
        elif other:
            draft = draft.settle(said, other)
        own.keep(session, draft)

    visit.work(write)
    return lead_to("/my/order/preview")


@router.post("/repeat", response_class=Response, summary="As last time", responses=_PAGE)
def repeat(visit: VisitDep) -> Response:
    """Put the goods of the last list that was bought for into this one."""

    def write(session: Session) -> None:
        own = asker(session, visit)
        draft = own.draft(session)
        own.must_send_for(session, Action.LIST_TAKE, draft.household)
        own.keep(session, draft_of_last(session, draft, visit.at, since=visit.who.since))

    try:
        visit.work(write)
    except NoEarlierList as refusal:
        return visit.work.read(partial(_order_again, visit, refusal))
    return lead_to("/my/order")


@router.post("/empty", response_class=Response, summary="Start again", responses=_PAGE)
def empty(visit: VisitDep) -> Response:
    """Throw the draft away; what was sent stays as it is."""
    visit.work(lambda session: drafts.forget(session, visit.who.token_id))
    return lead_to("/my/order")


@router.post("/send", response_class=Response, summary="Send the list", responses=_PAGE)
def send(visit: VisitDep, form: FormDep) -> Response:
    """Send what was looked at, once per key; what is refused is shown with what to do."""
    key = text_of(form, "key", 128)
    if not key:
        raise KeyMissing
    draft = _read_draft(text_of(form, "draft", 40_000), visit.who.household_code or "")
    run_id = text_of(form, "run", 64)

    def deed(session: Session) -> Any:
        own = asker(session, visit)
        own.must_send_for(session, Action.LIST_TAKE, draft.household)
        if draft.list_id:
            own.own_list(session, Action.LIST_CHANGE, draft.list_id)
        sent = send_draft(
            session, draft, run_id, channel=visit.who.channel, actor=visit.who.actor, at=visit.at
        )
        drafts.forget(session, visit.who.token_id)
        return Reply({"list": sent.id, "state": sent.state})

    try:
        answer = once(
            visit.work, deed, who=visit.who, command="POST /my/order/send", key=key,
            content=[run_id, draft.facts()], at=visit.at,
        )  # fmt: skip
    except (Conflict, Invalid) as refusal:
        return visit.work.read(partial(_refused, visit, draft, refusal))
    made = json.loads(bytes(answer.body))
    if made["state"] == "cancelled":
        return lead_to("/my?done=changed")
    return lead_to(f"/my/list/{made['list']}?done=sent")


@router.get("/{category}", response_class=Response, summary="Choose goods", responses=_PAGE)
def choose(
    category: str,
    visit: VisitDep,
    page: Annotated[int, Query(ge=1, le=100)] = 1,
) -> Response:
    """Show the goods of a category with pictures and amounts."""

    def read(session: Session) -> Response:
        own = asker(session, visit)
        found = _of_category(own, category)
        draft = own.draft(session)
        start = (page - 1) * PER_PAGE
        items = [own.words.item(one, draft.of(one.name_zh)) for one in found[start:][:PER_PAGE]]
        return shown(visit, "choose.html",
            category=category, items=items, symbols=symbols(items), page=page,
            more=len(found) > start + PER_PAGE, picked=len(draft.picked),
        )  # fmt: skip

    return visit.work.read(read)


@router.post("/{category}", response_class=Response, summary="Pick goods", responses=_PAGE)
def pick(category: str, visit: VisitDep, form: FormDep) -> Response:
    """Keep the amounts of a category, then go where the button says."""

    def write(session: Session) -> str:
        own = asker(session, visit)
        _of_category(own, category)
        own.keep(session, _changed(own, own.draft(session), form))
        page = text_of(form, "page", 4)
        here = f"/my/order/{category}" + (f"?page={page}" if page.isdecimal() else "")
        return _target(text_of(form, "go", 80), here)

    return lead_to(visit.work(write))


def _order(
    visit: Visit, own: Asker, draft: Draft, refusal: SupplyLoopError | None = None
) -> Response:
    tiles = categories(own.words.goods, own.language)
    picked = own.words.picked(draft)
    return shown(visit, "order.html", refusal=refusal,
        draft=draft, picked=picked, tiles=tiles, symbols=symbols(tiles, picked),
        run=own.words.run(own.next_run) if own.next_run else None,
        rooms=[own.home.code, *sorted(own.who.submits_for - {own.home.code})], own=own.home.code,
    )  # fmt: skip


def _order_again(visit: Visit, refusal: SupplyLoopError, session: Session) -> Response:
    own = asker(session, visit)
    return _order(visit, own, own.draft(session), refusal)


def _preview(
    visit: Visit,
    session: Session,
    own: Asker,
    draft: Draft,
    refusal: SupplyLoopError | None = None,
) -> Response:
    own.must_send_for(session, Action.LIST_TAKE, draft.household)
    run = own.run_of(session, draft)
    seen = preview_draft(
        session, draft, run.id if run else None, own.words.goods, since=own.who.since
    )
    view = own.words.preview(draft, seen)
    closed = run is not None and (run.cutoff_at <= own.words.at or run.state != "open")
    choices: list[Shown] = [choice for doubt in view["doubts"] for choice in doubt["choices"]]
    return shown(visit, "preview.html", refusal=refusal,
        view=view, draft=draft, symbols=symbols(view["lines"], choices),
        run=own.words.run(run) if run else None, closed=closed,
        sendable=run is not None and not closed and not draft.empty,
        body=json.dumps(draft.facts(), ensure_ascii=False), key=secrets.token_urlsafe(18),
        own=own.home.code,
    )  # fmt: skip


def _refused(visit: Visit, draft: Draft, refusal: SupplyLoopError, session: Session) -> Response:
    """Show again what was not sent, with the run that would take it now, and a new key."""
    own = asker(session, visit)
    kept = own.draft(session)
    return _preview(visit, session, own, draft if kept.empty else kept, refusal)


def _of_category(own: Asker, category: str) -> list[Item]:
    found = pictures.in_order(own.words.goods, category)
    if not found:
        raise CategoryUnknown(category=category[:40])
    return found


def _changed(own: Asker, draft: Draft, form: Any) -> Draft:
    """Put the amounts of a form into a draft; a button may add or take one step."""
    plus, minus = text_of(form, "plus", 64), text_of(form, "minus", 64)
    for field in form:
        if not field.startswith(_QUANTITY):
            continue
        item = own.words.items.get(field.removeprefix(_QUANTITY))
        if item is None:
            raise DraftItemUnknown(field=field[:64], value=field.removeprefix(_QUANTITY)[:40])
        quantity = text_of(form, field, 12)
        unit = text_of(form, _UNIT + item.id, 16) or item.default_unit
        if item.id in (plus, minus):
            step = float(own.words.item(item)["step"])
            now = _number(quantity)
            quantity = f"{max(0.0, now + (step if item.id == plus else -step)):g}"
        draft = draft.pick(item.name_zh, quantity, unit)
    return draft


def _chosen(own: Asker, draft: Draft, form: Any, item: str) -> Draft:
    """Pick what was chosen for words that were not clear, beside what was picked of it before."""
    known = own.words.goods.find(item)
    if known is None:
        raise DraftItemUnknown(field="item", value=item[:40])
    quantity = text_of(form, "quantity", 12) or "1"
    unit = text_of(form, "unit", 16) or known.default_unit
    before = draft.of(known.name_zh)
    if before is not None and before.unit == unit:
        quantity = f"{_number(before.quantity) + _number(quantity):g}"
    return draft.pick(known.name_zh, quantity, unit)


def _number(said: str) -> float:
    try:
        return float(said or 0)
    except ValueError:
        return 0.0


def _target(go: str, here: str) -> str:
    if go == "preview":
        return "/my/order/preview"
    if go == "order":
        return "/my/order"
    if go.startswith("page:") and go[5:].isdecimal():
        return f"{here.partition('?')[0]}?page={go[5:]}"
    category = go.removeprefix("category:")
    if category != go and category in {*pictures.categories()}:
        return f"/my/order/{category}"
    return here


def _read_draft(said: str, household: str) -> Draft:
    try:
        facts = json.loads(said)
        return Draft.of_facts(facts, household)
    except (ValueError, TypeError, AttributeError) as fault:
        raise DraftChanged(field="draft", mend="look at the list again") from fault
