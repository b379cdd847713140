"""Commands on needs: registry show, tiers, withdraw."""

# ruff: noqa: PLC0415  heavy imports wait until a command needs them
# ruff: noqa: ARG001  --lang is heard by its callback

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from api.cli.context import (
    ACTOR,
    DATABASE,
    LANG,
    DatabaseOption,
    JsonOption,
    LangOption,
    language,
    now,
    opened,
    phrase,
    print_json,
    say,
)
from api.cli.zones import DistrictOption, Ground, changed, looked

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

HouseholdArgument = Annotated[str, typer.Argument(help="户号 · code of the household")]


def show(
    *,
    household: HouseholdArgument,
    needs: Annotated[
        bool,
        typer.Option("--needs", help="连同需求 · with needs; that they were read is recorded"),
    ] = False,
    history: Annotated[
        bool, typer.Option("--history", help="历史 · all that was ever said")
    ] = False,
    database: DatabaseOption = DATABASE,
    lang: LangOption = LANG,
    as_json: JsonOption = False,
) -> None:
    """查看 · Show a household of the register, or how it came to be so."""
    from logistics.domain.needs import NeedGroup
    from logistics.usecases.read_needs import household_history, read_household

    at = now()
    with opened(database) as store:
        if history:
            with store.read() as session:
                told = household_history(session, household)
        else:
            groups = list(NeedGroup) if needs else []
            seen = store.run(
                lambda s: read_household(s, household, groups=groups, actor=ACTOR, at=at)
            )
    if as_json:
        print_json(told if history else seen)
        return
    if history:
        for one in told.said:
            record = one.record
            words = f"{phrase(f'registry.kind.{record.kind}')}  {record.persons}"
            standing = phrase(f"registry.standing.{record.standing}")
            typer.echo(f"{one.at.isoformat()}  {one.actor}  {one.source}  {words}  {standing}")
        for since, tier in told.tiers:
            say("registry.tier-since", since=since.isoformat(), tier=tier)
        return
    say(
        "registry.household",
        code=seen.code,
        kind=phrase(f"registry.kind.{seen.record.kind}"),
        persons=seen.record.persons,
        standing=phrase(f"registry.standing.{seen.record.standing}"),
        submitter=seen.record.submitter or "-",
        tier=seen.tier,
    )
    for member in seen.members:
        here = phrase(f"registry.standing.{'here' if member.here else 'gone'}")
        band = phrase(f"registry.band.{member.band}") if member.band else ""
        typer.echo(f"  {member.no}  {member.label}  {band}  {here}")
    for need in seen.needs:
        span = f"{need.since or '…'} → {need.until or '…'}"
        consent = phrase("registry.consent", on=need.consent_on.isoformat(), by=need.consent_by)
        typer.echo(f"  {need.member_no}  {_word(need.need)}  {span}  {need.detail}  {consent}")
    if seen.withheld:
        say("registry.withheld")


def tiers(
    *,
    file: Annotated[
        Path | None, typer.Argument(help="CSV XLSX · publish this table; without it show one")
    ] = None,
    settle: Annotated[
        bool, typer.Option("--settle", help="按今天定级 · bring tiers to what holds today")
    ] = False,
    district: DistrictOption = "",
    database: DatabaseOption = DATABASE,
    lang: LangOption = LANG,
    as_json: JsonOption = False,
) -> None:
    """层级 · Show or publish the table by which needs make a household's tier."""
    from logistics.exchange.registry_tiers import read_tiers, tier_rows
    from logistics.usecases.import_registry import tiers_of
    from logistics.usecases.settle_tiers import publish_tiers, settle_tiers

    if file is not None or settle:
        table = read_tiers(file) if file is not None else None

        def deed(ground: Ground) -> int:
            who: dict[str, Any] = {"actor": ACTOR, "at": ground.at}
            if table is not None:
                return publish_tiers(ground.session, ground.area.id, table, **who)
            return settle_tiers(ground.session, ground.area.id, **who)

        count = changed(database, district, deed)
        if as_json:
            print_json({"households": count})
        else:
            say("registry.tiers-settled", count=count)
        return
    held, _ = looked(database, district, lambda ground: tiers_of(ground.session, ground.area.id))
    if as_json:
        print_json({"rules": held.facts(), "digest": held.digest})
        return
    for row in tier_rows(held):
        words = " + ".join(_word(need) for need in row["need"])
        say("registry.tier-rule", tier=row["tier"], needs=words)
    say("registry.tier-rest")


def withdraw(
    *,
    household: HouseholdArgument,
    need: Annotated[str, typer.Argument(help="需求 · infant, diet, …, or its Chinese word")],
    member: Annotated[int, typer.Option(help="成员 · 0: the household as a whole")] = 0,
    database: DatabaseOption = DATABASE,
    lang: LangOption = LANG,
) -> None:
    """撤回同意 · Take back the consent to keep a need: nobody reads it any more."""
    from logistics.exchange.registry_tables import NEED
    from logistics.exchange.tables import BadCell
    from logistics.usecases.read_needs import withdraw_consent

    try:
        named: Any = NEED.kind.read(need)
    except BadCell as bad:
        raise typer.BadParameter(bad.mend) from bad
    at = now()

    def deed(session: "Session") -> None:
        for one in named:
            withdraw_consent(session, household, one, member_no=member, actor=ACTOR, at=at)

    with opened(database) as store:
        store.run(deed)
    say("registry.withdrawn", household=household)


def _word(need: str) -> str:
    from logistics.exchange.registry_tables import NEED_WORDS

    return NEED_WORDS[need][0 if language() == "zh" else 1]
