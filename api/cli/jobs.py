"""Commands on long work: job list, show, stop."""

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
    from logistics.domain.jobs import Job

app = typer.Typer(help="后台任务 · long work of the service: plans, sharings, orders")

JobArgument = Annotated[str, typer.Argument(help="编号 · id of the job")]


@app.command("list")
def list_jobs(
    *,
    run: Annotated[str, typer.Argument(help="波次 · only of this run")] = "",
    limit: Annotated[int, typer.Option(min=1, max=10_000)] = 50,
    database: DatabaseOption = DATABASE,
    lang: LangOption = LANG,
    as_json: JsonOption = False,
) -> None:
    """清单 · Show jobs, newest first."""
    from logistics.store import jobs, runs

    with opened(database) as store, store.read() as session:
        if run:
            found = jobs.page(session, runs.get(session, run).id, limit=limit)
        else:
            found = jobs.latest(session, limit=limit)
    if as_json:
        print_json(found)
        return
    for job in found:
        typer.echo(_line(job))


@app.command()
def show(
    *,
    job: JobArgument,
    database: DatabaseOption = DATABASE,
    lang: LangOption = LANG,
    as_json: JsonOption = False,
) -> None:
    """查看 · Show a job with its best plan so far."""
    from logistics.store import jobs

    with opened(database) as store, store.read() as session:
        found = jobs.get(session, job)
    print_json(found) if as_json else _tell(found)


@app.command()
def stop(
    *,
    job: JobArgument,
    database: DatabaseOption = DATABASE,
    lang: LangOption = LANG,
    as_json: JsonOption = False,
) -> None:
    """停止 · Stop a job; its best plan so far becomes the draft."""
    from logistics.usecases.stop_job import stop_job

    with opened(database) as store:
        at = now()
        found = store.run(lambda session: stop_job(session, job, actor=ACTOR, at=at))
    print_json(found) if as_json else _tell(found)


def _line(job: "Job") -> str:
    asked = job.created_at.isoformat(timespec="seconds")
    kind, state = phrase(f"job.kind.{job.kind}"), phrase(f"job.state.{job.state}")
    return f"{job.id}  {kind}  {state}  {asked}"


def _tell(job: "Job") -> None:
    typer.echo(_line(job))
    progress = job.progress or {}
    if best := progress.get("best"):
        say(
            "job.best",
            seconds=progress["seconds"],
            unserved=best["unserved"],
            contacts=best["contacts"],
            excess=best["excess_faces"],
            minutes=best["travel_s"] // 60,
        )
    if job.problem:
        from api.i18n import error_text

        text = error_text(job.problem["code"], "error", job.problem["facts"], language())
        say("job.problem", code=job.problem["code"], title=text.title, mend=text.mend)
