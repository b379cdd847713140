"""Coming in and going out: sign-in, personal links, notices in stairwells, one's own account."""

from datetime import datetime
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import HTMLResponse, Response
from sqlalchemy.orm import Session

from api.access import links as personal
from api.access import staff as members
from api.access.cookies import give, must_be_from_here, session_secret, take_away
from api.access.limits import TooManyTries, address
from api.access.passwords import PasswordTooWeak
from api.access.principal import Principal
from api.auth import by_session, may_within
from api.deps import NowDep, Work, WorkDep
from api.errors import Responses, family_of
from api.i18n import ErrorText, error_text, spoken
from api.pages.homes import first_home
from api.pages.render import page
from api.pages.visits import lead_to
from api.readers import LANGUAGE_COOKIE, reader_language
from api.roles import Action
from logistics.domain.access import DOOR, Link
from logistics.errors import SupplyLoopError
from logistics.store import places, staff, web_sessions

router = APIRouter(tags=["pages"])

Self = Annotated[Principal, Depends(may_within(Action.SELF_READ))]
_YEAR_S = 365 * 24 * 3600
_PAGE = Responses.of(429)


@router.get("/sign-in", response_class=HTMLResponse, summary="Sign in as staff", responses=_PAGE)
def ask(request: Request, next: str = "") -> HTMLResponse:  # noqa: A002  the name in the address
    """Ask for login and password."""
    return _ask(request, next, "", None)


@router.post("/sign-in", response_class=Response, summary="Sign in as staff", responses=_PAGE)
def sign_in(
    *,
    request: Request,
    work: WorkDep,
    at: NowDep,
    login: Annotated[str, Form(max_length=200)] = "",
    password: Annotated[str, Form(max_length=1000)] = "",
    next: Annotated[str, Form(max_length=200)] = "",  # noqa: A002
) -> Response:
    """Open a session and lead to the page of the first role."""
    must_be_from_here(request)
    language = reader_language(request)
    try:
        signed = members.sign_in(
            work, login, password, address=address(request), language=language, at=at
        )
    except (members.SignInRefused, TooManyTries) as refusal:
        return _ask(request, next, login[:64], refusal)
    who = by_session(work, signed.secret, at)
    home = first_home(who) if who is not None else "/"
    answer = lead_to(next if _ours(next) else home)
    give(answer, request, signed.secret, signed.session.expires_at)
    return answer


@router.post("/sign-out", response_class=Response, summary="Sign out", responses=_PAGE)
def sign_out(request: Request, work: WorkDep, at: NowDep) -> Response:
    """End the session of this browser."""
    must_be_from_here(request)
    secret = session_secret(request)
    who = by_session(work, secret, at) if secret else None
    if who is not None and who.session_id is not None:
        ended = who.session_id
        work(lambda session: web_sessions.revoke(session, ended, at=at))
    answer = lead_to("/")
    take_away(answer, request)
    return answer


@router.post("/language", response_class=Response, summary="Choose a language", responses=_PAGE)
def choose_language(
    *,
    request: Request,
    work: WorkDep,
    at: NowDep,
    language: Annotated[str, Form(max_length=8)] = "",
) -> Response:
    """Keep the language of the pages, and lead back."""
    must_be_from_here(request)
    chosen = spoken(language) or "zh"
    secret = session_secret(request)
    who = by_session(work, secret, at) if secret else None
    if who is not None and who.session_id is not None:
        session_id = who.session_id
        work(lambda session: web_sessions.set_language(session, session_id, chosen))
    answer = lead_to(_came_from(request))
    answer.set_cookie(LANGUAGE_COOKIE, chosen, max_age=_YEAR_S, path="/", samesite="lax")
    return answer


@router.get(
    "/h/{token}", response_class=Response, summary="Look at a personal link", responses=_PAGE
)
def look(token: str, request: Request, work: WorkDep, at: NowDep) -> Response:
    """Show what a link is for; only the button on the page opens it."""
    link = personal.look(work, token, address=address(request), at=at)
    if link.role == DOOR:
        return lead_to(f"/d/{quote(token)}")
    if (who := _already(request, work, link, at)) is not None:
        return lead_to(first_home(who))
    if link.bound_at is not None:
        raise personal.LinkBound
    return page("open_link.html", reader_language(request), private=True, role=link.role)


@router.post(
    "/h/{token}", response_class=Response, summary="Open a personal link", responses=_PAGE
)
def open_link(token: str, request: Request, work: WorkDep, at: NowDep) -> Response:
    """Bind the link to this browser and lead to its page."""
    must_be_from_here(request)
    link = personal.look(work, token, address=address(request), at=at)
    if (who := _already(request, work, link, at)) is not None:
        return lead_to(first_home(who))
    came = personal.come_in(work, link, language=reader_language(request), at=at)
    return _inside(request, work, came, at)


@router.get(
    "/d/{token}",
    response_class=Response,
    summary="Look at the notice of a stairwell",
    responses=_PAGE,
)
def door(token: str, request: Request, work: WorkDep, at: NowDep) -> Response:
    """Ask which room, after the QR code in a stairwell was scanned."""
    found = personal.look(work, token, address=address(request), at=at)
    if found.role != DOOR:
        return lead_to(f"/h/{quote(token)}")
    return _door(request, work, found, "", None)


@router.post(
    "/d/{token}", response_class=Response, summary="Name the room at a notice", responses=_PAGE
)
def name_room(
    *,
    token: str,
    request: Request,
    work: WorkDep,
    at: NowDep,
    room: Annotated[str, Form(max_length=64)] = "",
) -> Response:
    """Open the page of a room that no phone has yet."""
    must_be_from_here(request)
    found = personal.look(work, token, address=address(request), at=at)
    language = reader_language(request)
    try:
        came = personal.name_room(
            work, found, room, address=address(request), language=language, at=at
        )
    except (personal.RoomNotOpened, TooManyTries) as refusal:
        return _door(request, work, found, room[:16], refusal)
    return _inside(request, work, came, at)


@router.get("/account", response_class=Response, summary="One's own account", responses=_PAGE)
def account(request: Request, who: Self, work: WorkDep, at: NowDep) -> Response:
    """Show roles and signed-in devices."""
    return _account(request, who, work, at)


@router.post(
    "/account/password", response_class=Response, summary="Change one's password", responses=_PAGE
)
def password(
    *,
    request: Request,
    who: Self,
    work: WorkDep,
    at: NowDep,
    old: Annotated[str, Form(max_length=1000)] = "",
    new: Annotated[str, Form(max_length=1000)] = "",
) -> Response:
    """Change the password; every other device is signed out."""
    login = _login(who)
    try:
        members.check_password(work, login, old, address=address(request), at=at)
        work(
            lambda session: members.change_password(
                session, login, new, kept_session=who.session_id, actor=who.actor, at=at
            )
        )
    except (members.SignInRefused, TooManyTries, PasswordTooWeak) as refusal:
        return _account(request, who, work, at, refusal=refusal)
    return _account(request, who, work, at, done=True)


@router.post(
    "/account/sessions/{session_id}/end",
    response_class=Response,
    summary="Sign out another device",
    responses=_PAGE,
)
def end_session(session_id: str, who: Self, work: WorkDep, at: NowDep) -> Response:
    """End a session of one's own; another's is left as it is."""
    login = _login(who)

    def end(session: Session) -> None:
        own = web_sessions.of_account(session, staff.get(session, login).id, at)
        if session_id in {one.id for one in own}:
            web_sessions.revoke(session, session_id, at=at)

    work(end)
    return lead_to("/account")


def _ask(request: Request, to: str, login: str, refusal: SupplyLoopError | None) -> HTMLResponse:
    language = reader_language(request)
    return page(
        "sign_in.html",
        language,
        private=True,
        status=_status(refusal),
        login=login,
        next=to if _ours(to) else "",
        refusal=_said(refusal, language),
    )


def _door(
    request: Request, work: Work, link: Link, room: str, refusal: SupplyLoopError | None
) -> HTMLResponse:
    language = reader_language(request)
    place = work.read(lambda session: personal.door_place(session, link))
    return page(
        "door.html",
        language,
        private=True,
        status=_status(refusal),
        place=place.name_zh if language == "zh" else place.name_en,
        room=room,
        refusal=_said(refusal, language),
    )


def _account(
    request: Request,
    who: Principal,
    work: Work,
    at: datetime,
    *,
    done: bool = False,
    refusal: SupplyLoopError | None = None,
) -> HTMLResponse:
    login = _login(who)

    def read(session: Session) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
        own = staff.get(session, login)
        opened = web_sessions.of_account(session, own.id, at)
        roles = [
            {
                "role": one.role,
                "place": places.place(session, one.place_id).code if one.place_id else "",
            }
            for one in staff.grants(session, own.id)
        ]
        return roles, [
            {
                "id": one.id,
                "since": _minute(one.created_at),
                "seen": _minute(one.seen_at),
                "this": one.id == who.session_id,
            }
            for one in opened
        ]

    roles, sessions = work.read(read)
    language = reader_language(request, who)
    return page(
        "account.html",
        language,
        who=who,
        status=422 if refusal is not None else 200,
        roles=roles,
        sessions=sessions,
        done=done,
        refusal=_said(refusal, language),
    )


def _inside(request: Request, work: Work, came: personal.CameIn, at: datetime) -> Response:
    who = by_session(work, came.secret, at)
    answer = lead_to(first_home(who) if who else "/")
    give(answer, request, came.secret, came.session.expires_at)
    return answer


def _already(request: Request, work: Work, link: Link, at: datetime) -> Principal | None:
    """Find whether this very browser opened the link before."""
    secret = session_secret(request)
    who = by_session(work, secret, at) if secret else None
    return who if who is not None and who.token_id == link.id else None


def _login(who: Principal) -> str:
    if who.login is None:
        raise staff.AccountUnknown(login="-")  # links and tokens have none
    return who.login


def _ours(path: str) -> bool:
    """Say whether an address to lead on to is one of ours, and not another site's."""
    return path.startswith("/") and not path.startswith(("//", "/\\"))


def _came_from(request: Request) -> str:
    origin = f"{request.url.scheme}://{request.url.netloc}"
    said = request.headers.get("referer", "")
    return said.removeprefix(origin) if said.startswith(f"{origin}/") else "/"


def _minute(at: datetime) -> str:
    return at.strftime("%Y-%m-%d %H:%M UTC")


def _status(refusal: SupplyLoopError | None) -> int:
    if refusal is None:
        return 200
    return 429 if isinstance(refusal, TooManyTries) else 403


def _said(refusal: SupplyLoopError | None, language: str) -> ErrorText | None:
    if refusal is None:
        return None
    return error_text(refusal.code, family_of(refusal), refusal.facts, language)
