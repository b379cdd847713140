"""The command ``supplyloop``."""

# ruff: noqa: PLC0415  heavy imports wait until a command needs them

from errno import (
    EACCES,
    EEXIST,
    EISDIR,
    ENAMETOOLONG,
    ENOENT,
    ENOSPC,
    ENOTDIR,
    EPERM,
    EROFS,
)
from typing import Any

import typer
from typer._click.core import Context  # typer carries click within itself
from typer.core import TyperGroup
from typing_extensions import override

from api.cli import (
    addresses,
    announcing,
    bags,
    catalogue,
    closures,
    context,
    damage,
    databases,
    dispatching,
    districts,
    errands,
    fetching,
    frontier,
    jobs,
    ledger,
    links,
    list_desk,
    lists,
    lots,
    maps,
    money,
    money_rules,
    packing,
    packing_prints,
    points,
    receiving,
    registry,
    replanning,
    runs,
    service,
    sharing,
    solving,
    staff,
    stewards,
    suppliers,
    trace,
    triage,
    ways,
    webhooks,
    what_if,
    zones,
)
from logistics.errors import SupplyLoopError, Unavailable

BAD_INPUT = 2
IMPOSSIBLE = 3
_SHOWN = 200  # characters of a text that cannot be kept
# what is wrong with a file or folder that was named, not with the program
_OF_PLACES = frozenset(
    {EACCES, EPERM, EROFS, ENOSPC, ENOENT, EEXIST, ENOTDIR, EISDIR, ENAMETOOLONG}
)


class _Refusing(TyperGroup):
    """Turns every refusal into one clear error and an exit code: 2 bad input, 3 not possible."""

    @override
    def invoke(self, ctx: Context) -> Any:
        try:
            return super().invoke(ctx)
        except SupplyLoopError as error:
            from api.errors import family_of

            context.complain(error.code, family_of(error), dict(error.facts))
            code = IMPOSSIBLE if isinstance(error, Unavailable) else BAD_INPUT
            raise typer.Exit(code) from error
        except OSError as error:
            if error.filename is None or error.errno not in _OF_PLACES:
                raise
            place = {"path": str(error.filename), "reason": str(error.strerror)}
            context.complain("file.unusable", "invalid", place)
            raise typer.Exit(BAD_INPUT) from error
        except UnicodeEncodeError as error:  # bytes in an argument that are no text
            said = error.object.encode("utf-8", "backslashreplace").decode()
            context.complain("text.not-unicode", "invalid", {"value": said[:_SHOWN]})
            raise typer.Exit(BAD_INPUT) from error
        except ValueError as error:
            code_name = getattr(error, "code", None)
            facts = getattr(error, "facts", None)
            if not isinstance(code_name, str):
                raise  # a defect, not a refusal: its trace is wanted
            known = dict(facts) if isinstance(facts, dict) else {"what": str(error)}
            context.complain(code_name, "invalid", known)
            raise typer.Exit(BAD_INPUT) from error
        finally:
            context.forget_language()


app = typer.Typer(
    name="supplyloop",
    cls=_Refusing,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="无接触配送服务闭环 · Contactless closed-loop supply: lists in, route sheets out.",
)
app.add_typer(districts.app, name="district")
app.add_typer(addresses.app, name="address")
app.command("setup")(districts.setup)
app.add_typer(maps.app, name="map")
app.add_typer(points.app, name="points")
app.add_typer(ways.app, name="way")
app.add_typer(registry.app, name="registry")
for _verb in (list_desk.take, list_desk.repeat, list_desk.amend, list_desk.cancel, list_desk.show):
    lists.app.command(_verb.__name__)(_verb)
app.add_typer(catalogue.app, name="catalogue")
app.add_typer(lists.app, name="list")
app.add_typer(triage.app, name="triage")
app.add_typer(errands.app, name="errand")
app.add_typer(stewards.app, name="steward")
runs.app.command("allocate")(sharing.allocate)
runs.app.command("shares")(sharing.shares)
runs.app.command("ration")(sharing.ration)
runs.app.command("substitutes")(sharing.substitutes)
runs.app.command("packing-lists")(packing_prints.packing_lists)
runs.app.command("labels")(packing_prints.labels)
runs.app.command("packing")(packing_prints.progress)
runs.app.command("plan")(dispatching.plan)
runs.app.command("release")(dispatching.release)
runs.app.command("sheets")(dispatching.print_again)
runs.app.command("pick-lists")(fetching.pick_lists)
runs.app.command("vans")(fetching.vans)
runs.app.command("what-if")(what_if.what_if)
runs.app.command("frontier")(frontier.of_run)
app.add_typer(runs.app, name="run")
app.add_typer(jobs.app, name="job")
for _deed in (
    packing.pack, packing.seal, packing.stage, packing.packing, packing.short, packing.contents,
    packing.check,
):  # fmt: skip
    bags.app.command(_deed.__name__)(_deed)
bags.app.command("damage")(damage.damage)
app.add_typer(bags.app, name="bag")
app.add_typer(bags.trip_app, name="trip")
app.add_typer(receiving.app, name="receive")
app.add_typer(lots.app, name="lot")
app.add_typer(ledger.app, name="ledger")
app.add_typer(trace.app, name="trace")
app.add_typer(zones.zone_app, name="zone")
app.add_typer(closures.gate_app, name="gate")
app.add_typer(closures.closure_app, name="closure")
app.add_typer(suppliers.supplier_app, name="supplier")
app.add_typer(suppliers.van_app, name="van")
money.app.add_typer(money_rules.prices_app, name="prices")
money.app.add_typer(money_rules.policy_app, name="policy")
app.add_typer(money.app, name="money")
app.command("solve")(solving.solve)
app.command("check")(solving.check)
app.command("frontier")(frontier.frontier)
app.command("replan")(replanning.replan)
app.add_typer(webhooks.app, name="webhook")
app.add_typer(links.app, name="link")
app.add_typer(announcing.app, name="announce")
app.command("serve")(service.serve)
app.command("demo")(service.demo)
app.add_typer(staff.app, name="staff")
app.add_typer(service.tokens, name="token")
app.add_typer(databases.app, name="db")


def main() -> None:
    """Run the command line."""
    app()
