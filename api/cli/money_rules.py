"""Commands on prices and policies of money: import, export, show."""

# ruff: noqa: PLC0415  heavy imports wait until a command needs them
# ruff: noqa: ARG001  --lang is heard by its callback

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any
from zoneinfo import ZoneInfo

import typer

from api.cli.context import (
    ACTOR,
    DATABASE,
    LANG,
    DatabaseOption,
    JsonOption,
    LangOption,
    language,
    phrase,
    print_json,
    say,
    visible,
)
from api.cli.zones import DistrictOption, Ground, changed, looked

if TYPE_CHECKING:
    from logistics.usecases.keep_money_rules import RulesTaken

BAD_INPUT = 2
_SHOWN = 20

prices_app = typer.Typer(help="售价 · what goods are sold for", no_args_is_help=True)
policy_app = typer.Typer(help="计价与补助 · pricing and subsidies", no_args_is_help=True)

FileArgument = Annotated[Path, typer.Argument(help="表格 · .xlsx or .csv")]
DayOption = Annotated[str, typer.Option("--on", help="服务日 · YYYY-MM-DD; without it today")]


@prices_app.command("import")
def import_prices(
    *,
    file: FileArgument,
    district: DistrictOption = "",
    database: DatabaseOption = DATABASE,
    lang: LangOption = LANG,
    as_json: JsonOption = False,
) -> None:
    """导入售价 · Take sale prices, each from a day on; a blank price ends the list's."""
    from logistics.usecases.keep_money_rules import import_prices as use

    _taken(changed(database, district, lambda g: use(
        g.session, g.area.id, file, actor=ACTOR, at=g.at)), file, as_json=as_json)  # fmt: skip


@prices_app.command("export")
def export_prices(
    *,
    file: FileArgument,
    district: DistrictOption = "",
    database: DatabaseOption = DATABASE,
    lang: LangOption = LANG,
) -> None:
    """导出售价 · Write all sale prices."""
    from logistics.usecases.keep_money_rules import export_prices as use

    count, _ = looked(
        database, district, lambda g: use(g.session, g.area.id, file, language=language())
    )
    say("money.rows-written", count=count, path=file)


@policy_app.command("import")
def import_policy(
    *,
    file: FileArgument,
    since: Annotated[
        str, typer.Option("--from", help="生效日期 · first service day; without it the file's")
    ] = "",
    district: DistrictOption = "",
    database: DatabaseOption = DATABASE,
    lang: LangOption = LANG,
    as_json: JsonOption = False,
) -> None:
    """导入规则 · Take pricing rules and subsidies as a new version."""
    from logistics.usecases.keep_money_rules import import_policy as use

    first = _day(since, "--from") if since else None
    _taken(changed(database, district, lambda g: use(
        g.session, g.area.id, file, since=first, actor=ACTOR, at=g.at)),
        file, as_json=as_json)  # fmt: skip


@policy_app.command("export")
def export_policy(
    *,
    file: FileArgument,
    on: DayOption = "",
    district: DistrictOption = "",
    database: DatabaseOption = DATABASE,
    lang: LangOption = LANG,
) -> None:
    """导出规则 · Write the policy of a service day."""
    from logistics.usecases.keep_money_rules import export_policy as use

    policy, _ = looked(database, district, lambda g: use(
        g.session, g.area.id, file, on=_service_day(g, on), language=language()))  # fmt: skip
    say("money.rows-written", count=len(policy.rules), path=file)


@policy_app.command("show")
def show_policy(
    *,
    on: DayOption = "",
    district: DistrictOption = "",
    database: DatabaseOption = DATABASE,
    lang: LangOption = LANG,
    as_json: JsonOption = False,
) -> None:
    """查看规则 · Show the policy of a service day, and how many versions there were."""
    from api.cli.money_view import yuan
    from logistics.usecases.keep_money_rules import policy_on, policy_versions

    def look(ground: Ground) -> Any:
        return (
            policy_on(ground.session, ground.area.id, _service_day(ground, on)),
            policy_versions(ground.session, ground.area.id),
        )

    (policy, versions), _ = looked(database, district, look)
    if as_json:
        print_json({"policy": policy.facts(), "versions": versions})
        return
    say("money.policy", since=policy.since, pricing=phrase(f"money.pricing-{policy.pricing}"),
        damage=phrase(f"money.damage-{policy.damage}"), versions=len(versions))  # fmt: skip
    for rule in policy.rules:
        rate = f"{rule.percent}%" if rule.percent else "+".join(
            yuan(fen) for fen in (rule.household_fen, rule.person_fen)
        )  # fmt: skip
        say(
            "money.rule", fund=rule.fund, rate=rate,
            who=", ".join([*map(str, sorted(rule.tiers)), *sorted(rule.needs)]) or "*",
            package=rule.package or "*",
            cap="—" if rule.cap_fen is None else yuan(rule.cap_fen),
            budget="—" if rule.budget_fen is None else yuan(rule.budget_fen),
        )  # fmt: skip


def _service_day(ground: Ground, said: str) -> date:
    if said:
        return _day(said, "--on")
    return ground.at.astimezone(ZoneInfo(ground.area.zone_name)).date()


def _day(said: str, option: str) -> date:
    try:
        return date.fromisoformat(said)
    except ValueError:
        msg = f"{option} YYYY-MM-DD"
        raise typer.BadParameter(msg) from None


def _taken(done: "RulesTaken", file: Path, *, as_json: bool) -> None:
    from api.i18n import error_text

    if as_json:
        print_json(done)
    else:
        for one in done.findings[:_SHOWN]:
            text = error_text(one.code, "invalid", one.facts, language())
            mend = one.mend if language() == "en" else text.mend
            typer.echo(
                f"{one.sheet}:{one.line} {one.column}={visible(one.value)}: {text.title} → {mend}",
                err=True,
            )
        say("money.rules-taken", file=file.name, rows=done.rows, added=done.added,
            left=len(done.findings))  # fmt: skip
    if done.findings:
        raise typer.Exit(BAD_INPUT)
