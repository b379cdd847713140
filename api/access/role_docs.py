"""The table of roles as the documentation shows it."""

from typing import Final

from api.roles import TABLE, Action, Reach, Role

_SIGN: Final = {Reach.ALL: "all", Reach.PLACE: "place", Reach.OWN: "own", None: "·"}
BEGIN: Final = "<!-- the table is written by `python -m api.access.role_docs` -->"


def table() -> str:
    """Write the table in Markdown: a row for each action, a column for each role."""
    head = "| action | " + " | ".join(role.value for role in Role) + " |"
    line = "|---|" + "---|" * len(Role)
    rows = [
        f"| `{action.value}` | "
        + " | ".join(_SIGN[TABLE[action].get(role)] for role in Role)
        + " |"
        for action in Action
    ]
    return "\n".join((BEGIN, head, line, *rows))


if __name__ == "__main__":
    print(table())  # noqa: T201
