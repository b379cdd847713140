"""Commands of sharing out: share, try, ration, allow substitutes, explain to households."""

# ruff: noqa: PLC0415  heavy imports wait until a command needs them
# ruff: noqa: ARG001  --lang is heard by its callback

from typing import TYPE_CHECKING, Annotated

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

if TYPE_CHECKING:
    from logistics.usecases.share_out import SharedOut

RunArgument = Annotated[str, typer.Argument(help="波次 · id or code of the run")]
ItemArgument = Annotated[str, typer.Argument(help="物品 · its name or an alias")]
HouseholdOption = Annotated[str, typer.Option("--household", help="户号 · only this household")]
_FEN = 100


def allocate(
    *,
    run: RunArgument,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="试算 · work it out, compare, and write nothing")
    ] = False,
    spread: Annotated[
        bool,
        typer.Option(
            "--spread", help="多余分送 · spread what is too much; else it stays in stock"
        ),
    ] = False,
    database: DatabaseOption = DATABASE,
    lang: LangOption = LANG,
    as_json: JsonOption = False,
) -> None:
    """分配 · Share out what came, shortages by the stated rules."""
    from logistics.usecases.share_out import share_out_apart

    with opened(database) as store:
        done = share_out_apart(store, run, actor=ACTOR, at=now(), spread=spread, dry_run=dry_run)
    if as_json:
        print_json(done)
        return
    kinds = {f"{kind.value}_": count for kind, count in done.report.lines.items()}
    given = {name: kinds.get(name, 0) for name in ("full_", "part_", "substituted_", "none_")}
    key = "run.allocated-dry" if dry_run else "run.allocated"
    say(key, code=done.run.code, short=len(done.report.short_items), **given)
    if done.report.short_items:
        _compare(done)


def _compare(done: "SharedOut") -> None:
    for row in done.report.households:
        if row.tier is not None:
            say(
                "run.compared",
                method=phrase(f"sharing.{row.method}"),
                tier=row.tier,
                households=row.households,
                lowest=f"{row.lowest:.3f}",
                gini=f"{row.gini:.3f}",
                empty=row.empty,
                envious=f"{row.envious:.0%}",
                wasted=row.wasted,
            )
    proven = sum(part.proven for part in done.parts)
    say("run.proven", parts=len(done.parts), proven=proven)
    others = [part for part in done.parts if not part.proven]
    if others:
        say(
            "run.apart",
            parts=len(others),
            lowest=sum(part.lowest == part.bound for part in others),
            permille=f"{max(1000 * part.shortfall for part in others):.1f}",
            steps=max(part.steps for part in others),
            sure=sum(part.sure for part in others),
            takers=sum(part.takers for part in others),
        )


def shares(
    *,
    run: RunArgument,
    household: HouseholdOption = "",
    as_csv: Annotated[bool, typer.Option("--csv", help="输出 CSV · print CSV")] = False,
    database: DatabaseOption = DATABASE,
    lang: LangOption = LANG,
    as_json: JsonOption = False,
) -> None:
    """分配说明 · Tell households what they got of what they asked, why, and what comes next."""
    from logistics.exchange.share_texts import headline, sentence, shares_csv
    from logistics.usecases.explain_shares import explain_shares

    if as_csv and as_json:
        raise typer.BadParameter("--csv | --json")
    spoken = language()
    with opened(database) as store, store.read() as session:
        told = explain_shares(session, run, household or None)
    if as_json:
        print_json(
            [
                {"household": home, "told": [sentence(line, spoken) for line in home.lines]}
                for home in told
            ]
        )
    elif as_csv:
        typer.echo(shares_csv(told, language=spoken), nl=False)
    else:
        for home in told:
            typer.echo(headline(home, spoken))
            for line in home.lines:
                typer.echo(f"  {sentence(line, spoken)}")
        if not told:
            say("shares.none")


def ration(
    *,
    run: RunArgument,
    item: ItemArgument,
    amount: Annotated[str, typer.Argument(help="数量 · such as 2板; not with --lift")] = "",
    lift: Annotated[bool, typer.Option("--lift", help="取消限购 · lift the ration")] = False,
    reason: Annotated[str, typer.Option(help="理由 · why")] = "",
    database: DatabaseOption = DATABASE,
    lang: LangOption = LANG,
    as_json: JsonOption = False,
) -> None:
    """限购 · Limit what one household gets of an item in a run."""
    from logistics.usecases.set_ration import set_ration

    if bool(amount) == lift:
        raise typer.BadParameter("AMOUNT | --lift")
    at = now()
    with opened(database) as store:
        done = store.run(
            lambda session: set_ration(
                session, run, item, amount or None, reason=reason, actor=ACTOR, at=at
            )
        )
    if as_json:
        print_json(done)
    elif done.quantity is None:
        say("run.ration-lifted", code=done.run.code, item=done.item)
    else:
        say("run.ration", code=done.run.code, item=done.item, amount=amount, base=done.quantity)


def substitutes(
    *,
    run: RunArgument,
    household: Annotated[str, typer.Argument(help="户号 · code of the household")],
    item: ItemArgument,
    instead: Annotated[
        list[str] | None,
        typer.Option("--instead", help="可替代品种,按意愿先后 · what may come, wanted first"),
    ] = None,
    any_of_class: Annotated[
        bool, typer.Option("--class", help="同类均可 · anything of its class")
    ] = False,
    none: Annotated[bool, typer.Option("--none", help="不接受替代 · nothing instead")] = False,
    cap: Annotated[
        float | None, typer.Option(help="最高金额(元)· most that the line may cost, yuan")
    ] = None,
    database: DatabaseOption = DATABASE,
    lang: LangOption = LANG,
    as_json: JsonOption = False,
) -> None:
    """替代意愿 · Say what may come instead of what a household asked."""
    from logistics.domain.allocation import Substitution
    from logistics.usecases.allow_substitutes import allow_substitutes

    if [bool(instead), any_of_class, none].count(True) != 1:
        raise typer.BadParameter("--instead ITEM … | --class | --none")
    choice = Substitution.LISTED if instead else Substitution.CLASS
    at = now()
    with opened(database) as store:
        done = store.run(
            lambda session: allow_substitutes(
                session,
                run,
                household,
                item,
                Substitution.NONE if none else choice,
                instead=instead or (),
                cap_fen=None if cap is None else round(cap * _FEN),
                actor=ACTOR,
                at=at,
            )
        )
    if as_json:
        print_json(done)
    else:
        say(
            "run.substitutes",
            household=done.household_code,
            item=done.item,
            allowed=phrase(f"substitution.{done.substitution.value}"),
            names="、".join(done.substitutes),
        )
