"""Messages read into households' orders: deterministic, explainable, nothing lost."""

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import replace

from logistics.exchange.messages.desk import Order
from logistics.exchange.messages.households import Section, Splitter
from logistics.exchange.messages.joining import joined
from logistics.exchange.messages.judge import THRESHOLD, outcome_of
from logistics.exchange.messages.lexicon import Lexicon
from logistics.exchange.messages.normalise import Plain, normalise
from logistics.exchange.messages.notes import with_notes
from logistics.exchange.messages.orders import Understanding
from logistics.exchange.messages.parts import gather
from logistics.exchange.messages.reading import (
    AMEND,
    CANCEL,
    REJECTED,
    SUBMIT,
    Household,
    Piece,
    Question,
    Reading,
)
from logistics.exchange.messages.resolve import Resolver
from logistics.exchange.messages.segment import segment
from logistics.exchange.messages.settling import settled
from logistics.exchange.messages.tokens import BREAKS, Measure, Token

LONGEST = 50_000
"""Characters of the longest message that is read; a longer one is no household's list."""
_CHUNK = 300
_SAYING = frozenset({"item", "vague", "unknown"})  # what a known household may not say in vain
_NUMBERING = re.compile(r"(?<![\d.])\(?(?P<number>\d{1,2})\s?[.、):](?![\d.])\s?(?=\D)")


class Reader:
    """Reads messages with the words of one catalogue.

    Parameters
    ----------
    threshold
        Confidence below which a line waits for a person.
    """

    def __init__(self, lexicon: Lexicon, *, threshold: float = THRESHOLD) -> None:
        self.lexicon = lexicon
        self.threshold = threshold
        self._resolver = Resolver(lexicon)

    def read(self, message: str, *, longest: int | None = LONGEST) -> Reading:
        """Read one message, of one household or of several.

        Parameters
        ----------
        longest
            Characters of the longest message that is read; None where a whole file is one.
        """
        if longest is not None and len(message) > longest:
            return Reading(
                outcome=REJECTED, code="message.too-long", pieces=(Piece("question", message),)
            )
        plain = normalise(message)
        if not plain.text.strip():
            return Reading(outcome=REJECTED, code="message.empty", pieces=_rest(plain, []))
        roles: list[tuple[int, int, str]] = []
        households, asked = [], False
        breaks = [at for at, char in enumerate(plain.text) if char == "\n"]
        for section in Splitter(plain.text, self.lexicon).split():
            order = self._order(plain, section, roles)
            asked = asked or order.asked
            if household := _household(plain, section, order, breaks):
                households.append(household)
        households = _compared(households)
        outcome, code = outcome_of(households, asked=asked)
        if outcome == REJECTED:
            households = []
        return Reading(
            outcome=outcome, code=code, households=tuple(households), pieces=_rest(plain, roles)
        )

    def read_known(self, message: str) -> Household:
        """Read the words of a household that is known; addresses in them are passed over."""
        reading = self.read(message)
        merged = _merged(reading.households)
        if reading.outcome == REJECTED and reading.code == "message.not-an-order":
            plain = normalise(message)
            tokens = segment(plain.text, self.lexicon)
            if any(token.kind in _SAYING or isinstance(token.value, Measure) for token in tokens):
                question = Question("text.not-understood", message.strip()[:200])
                return replace(merged, questions=(question,), said=message.strip())
        if reading.outcome == REJECTED and reading.code == "message.too-long":
            return replace(merged, questions=(Question(reading.code, message[:80]),))
        return merged

    def _tokens(self, plain: str, start: int, end: int) -> list[Token]:
        tokens: list[Token] = []
        for first, last in _numbers_in(plain, start, end):
            tokens += segment(plain, self.lexicon, start, first)
            tokens.append(Token("break", first, last))
            start = last
        return tokens + segment(plain, self.lexicon, start, end)

    def _order(self, plain: Plain, section: Section, roles: list[tuple[int, int, str]]) -> Order:
        tokens: list[Token] = []
        for start, end in sorted(section.spans):
            if tokens and start > tokens[-1].end and tokens[-1].kind not in BREAKS:
                tokens.append(Token("comma", start, start))
            tokens += self._tokens(plain.text, start, end)
        told = [
            token
            for chunk in _chunks(tokens, plain.text)
            for token in with_notes(chunk, plain.text)
        ]
        parts = settled(joined(gather(told, plain.text), plain.text), plain.text)
        order = Understanding(plain, self._resolver, self.threshold).read(parts)
        roles += [(part.start, part.end, part.role or "question") for part in parts]
        roles += [(token.start, token.end, token.kind) for token in section.markers]
        if _wished(tokens) and _nothing(order):
            wish = Question("text.not-understood", _said(plain, section)[:200], {"wish": "1"})
            order.questions.append((section.start, wish))
        if section.unsure and (order.lines or order.questions):
            order.questions.append(
                (section.start, Question("household.unclear", _said(plain, section)))
            )
        return order


def _wished(tokens: Sequence[Token]) -> bool:
    """Say whether words name goods and an amount, whatever else they say."""
    measures = [token.value for token in tokens if isinstance(token.value, Measure)]
    return any(measure.word for measure in measures) and any(t.kind == "item" for t in tokens)


def _nothing(order: Order) -> bool:
    return not (order.lines or order.questions or order.action != SUBMIT)


def _numbers_in(plain: str, start: int, end: int) -> list[tuple[int, int]]:
    """Return where numbers 1. 2. 3. stand that number what is listed on one line."""
    found: list[tuple[int, int]] = []
    for match in _NUMBERING.finditer(plain, start, end):
        if int(match["number"]) == len(found) + 1:
            found.append(match.span())
    if len(found) == 1:  # 1、苹果2斤；2、香蕉1斤 goes on behind the next mark
        before = plain[max(start, found[0][0] - 1) : found[0][0]].strip(" :\n")
        return [] if before or not plain[found[0][1] : found[0][1] + 1].isalpha() else found
    return found


def _chunks(tokens: Sequence[Token], plain: str) -> Iterator[list[Token]]:
    """Part tokens at line breaks, and long lines at any mark."""
    chunk: list[Token] = []
    for token in tokens:
        chunk.append(token)
        if (
            (token.kind == "break" and plain[token.start : token.end] != "?")  # they may go on
            or (len(chunk) > _CHUNK and token.kind in BREAKS)
            or len(chunk) > 2 * _CHUNK
        ):
            yield chunk
            chunk = []
    if chunk:
        yield chunk


def _said(plain: Plain, section: Section) -> str:
    spans = sorted([*section.spans, *((t.start, t.end) for t in section.markers)])
    return "".join(plain.words(start, end) for start, end in spans).strip()


def _household(
    plain: Plain, section: Section, order: Order, breaks: Sequence[int]
) -> Household | None:
    """Put together what one section comes to; None if it asks for nothing and names nobody."""
    address = section.address
    named = address is not None and any(t.kind == "address" for t in section.markers)
    empty = not order.lines and not order.questions and order.action != CANCEL
    if empty and named and order.notes and not order.asked:
        order.questions.append((section.start, Question("note.alone", _said(plain, section)[:80])))
        empty = False
    if empty and (not (named or section.row) or order.asked):
        return None
    if not (named or section.row or section.name) and _mere_talk(order):
        return None
    questions = [
        replace(question, line_no=bisect_right(breaks, at) + 1)
        for at, question in sorted(order.questions, key=lambda pair: pair[0])
    ]
    said = _said(plain, section)
    if empty:
        questions.append(Question("household.empty", said))
    if address is None or not (address.building or address.unit or address.room):
        questions.append(Question("household.missing", said[:80]))
    elif not address.complete:
        questions.append(
            Question("household.incomplete", plain.words(address.start, address.end).strip())
        )
    where = address if address is not None else None
    return Household(
        compound=section.compound or (where.compound if where else ""),
        building=where.building if where else "",
        unit=where.unit if where else "",
        room=where.room if where else "",
        surname=section.name.surname if section.name else "",
        address=plain.words(where.start, where.end).strip() if where else "",
        action=order.action,
        lines=tuple(
            replace(line, line_no=bisect_right(breaks, line.at) + 1)
            for line in sorted(order.lines, key=lambda line: line.at)
        ),
        note="；".join(note for _, note in sorted(order.notes)),
        questions=tuple(questions),
        said=said,
        line_no=bisect_right(breaks, section.start - 1) + 1,
    )


def _mere_talk(order: Order) -> bool:
    """Say whether words of nobody in particular order nothing: talk, questions, announcements."""
    if order.lines or order.action != SUBMIT:
        return False
    codes = {question.code for _, question in order.questions}
    if order.asked and codes <= {"quantity.missing", "text.not-understood"}:
        return True
    return all(
        (question.code == "text.not-understood" and "wish" not in question.facts)
        or "alone" in question.facts
        for _, question in order.questions
    )


def _compared(households: Sequence[Household]) -> list[Household]:
    """Count a household that is pasted twice once; ask if it says two things."""
    kept: list[Household] = []
    seen: dict[tuple[str, ...], int] = {}
    for household in households:
        door = household.door
        if not any(door[1:]) or door not in seen:
            if any(door[1:]):
                seen[door] = len(kept)
            kept.append(household)
            continue
        earlier = kept[seen[door]]
        if _asks(earlier) == _asks(household):
            continue
        if household.action in (AMEND, CANCEL):
            kept.append(household)
            continue
        question = Question("household.twice", household.said[:80])
        kept.append(replace(household, questions=(*household.questions, question)))
    return kept


def _asks(household: Household) -> tuple[object, ...]:
    return (
        household.action,
        tuple(
            sorted((line.item.id, line.count, line.unit, line.change) for line in household.lines)
        ),
        tuple(sorted((q.code, q.said) for q in household.questions)),
    )


def _merged(households: Sequence[Household]) -> Household:
    """Take all that a known household said as one."""
    if not households:
        return Household()
    first = households[0]
    where = {"household.missing", "household.incomplete", "household.unclear", "household.twice"}
    questions = [q for h in households for q in h.questions if q.code not in where]
    actions = {h.action for h in households}
    return replace(
        first,
        action=first.action if len(actions) == 1 else AMEND,
        lines=tuple(line for h in households for line in h.lines),
        questions=tuple(questions),
        note="；".join(h.note for h in households if h.note),
    )


def _rest(plain: Plain, roles: Sequence[tuple[int, int, str]]) -> tuple[Piece, ...]:
    """Return the pieces that make up the message: those with a role, and marks between them."""
    if not plain.text:
        return (Piece("mark", plain.said),)
    pieces: list[Piece] = []
    at = 0
    for start, end, role in sorted(roles):
        if end <= at or start == end:
            continue
        first = max(start, at)
        if first > at:
            pieces.append(Piece("mark", plain.words(at, first)))
        pieces.append(Piece(role, plain.words(first, end)))
        at = end
    if at < len(plain.text) or not pieces:
        pieces.append(Piece("mark", plain.words(at, len(plain.text))))
    return tuple(pieces)
