"""Tables of a run for spreadsheet programs: CSV and XLSX."""

from collections.abc import Iterator
from tempfile import SpooledTemporaryFile
from typing import IO, Annotated, Any, Final, Literal

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import StreamingResponse

from api.auth import Principal, may
from api.deps import DatabaseDep, SettingsDep
from api.errors import Responses
from api.file_names import disposition, file_name
from api.i18n import Language, negotiate
from api.roles import Action, Reach
from logistics.usecases.export_tables import RunTable, export_table

router = APIRouter(prefix="/api/v1", tags=["tables"])

Kind = Literal["csv", "xlsx"]
Lang = Annotated[Language | None, Query(description="Instead of Accept-Language")]

_MEDIA: Final = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
_IN_MEMORY: Final = 1_000_000  # bytes; a larger table waits on disk
_PART: Final = 65_536
_TABLE: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "CSV in UTF-8 with a byte order mark, or an XLSX workbook",
        "content": {
            "text/csv": {"schema": {"type": "string"}, "example": "户号,清单编号,状态\r\n"},
            _MEDIA["xlsx"]: {"schema": {"type": "string", "format": "binary"}},
        },
    }
}
# who may read the rows themselves may have them as a file
_ACTIONS: Final = {
    RunTable.LISTS: Action.LIST_PAGE,
    RunTable.ORDERS: Action.RUN_STEP,
    RunTable.SHARES: Action.LIST_PAGE,
    RunTable.BAGS: Action.PACKING_FILE,
    RunTable.TRIPS: Action.SHEETS_READ,
    RunTable.ROLL_CALL: Action.ROLL_CALL_FILE,
}
_SUMMARIES: Final = {
    RunTable.LISTS: "Export a run's lists as a table",
    RunTable.ORDERS: "Export a run's orders as a table",
    RunTable.SHARES: "Export what households got as a table",
    RunTable.BAGS: "Export a run's bags as a table",
    RunTable.TRIPS: "Export a run's trips as a table",
    RunTable.ROLL_CALL: "Export who has sent nothing yet as a table",
}


def _declare(table: RunTable) -> None:
    """Declare the endpoint of one table: all are asked for and answered alike."""

    def endpoint(
        *,
        run_id: str,
        kind: Kind,
        who: Annotated[Principal, Depends(may(_ACTIONS[table]))],
        request: Request,
        database: DatabaseDep,
        settings: SettingsDep,
        lang: Lang = None,
    ) -> StreamingResponse:
        language = lang or negotiate(request.headers.get("accept-language"), settings.language)
        # written out at once and sent from there: a slow reader holds no transaction open
        out = SpooledTemporaryFile(max_size=_IN_MEMORY)  # noqa: SIM115  closed when it is sent
        try:
            with database.read() as session:
                code = export_table(
                    session,
                    run_id,
                    table,
                    out,
                    kind=kind,
                    needs=who.reach(Action.NEED_SUPPLY) is Reach.ALL,
                    language=language,
                )
        except BaseException:
            out.close()
            raise
        name = file_name(f"{code}-{table.value}.{kind}")
        headers = {
            "Content-Disposition": disposition(name).replace("inline", "attachment", 1),
            "Content-Length": str(out.tell()),
            "Cache-Control": "no-store",
        }
        return StreamingResponse(_parts(out), media_type=_MEDIA[kind], headers=headers)

    endpoint.__name__ = f"{table.value.replace('-', '_')}_table"
    endpoint.__doc__ = f"""{_SUMMARIES[table]}: `.csv` or `.xlsx`; read and written row by row."""
    router.get(
        f"/runs/{{run_id}}/{table.value}.{{kind}}",
        response_class=StreamingResponse,
        summary=_SUMMARIES[table],
        responses=Responses.of(404, 422) | _TABLE,
    )(endpoint)


def _parts(out: IO[bytes]) -> Iterator[bytes]:
    with out:
        out.seek(0)
        while part := out.read(_PART):
            yield part


for _table in RunTable:
    _declare(_table)
