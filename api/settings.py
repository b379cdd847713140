"""What the service is told from outside."""

import os
from dataclasses import dataclass

DEFAULT_DATABASE = "sqlite:///supplyloop.db"
DATABASE_VARIABLE = "SUPPLYLOOP_DATABASE"


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Settings of one running service; a value that exists is valid."""

    database: str = DEFAULT_DATABASE
    language: str = "zh"
    body_limit: int = 1_000_000  # bytes of a request's body; a list of 200 lines has about 20,000
    retry_after_s: int = 2
    solve_limit_s: float = 60.0

    def __post_init__(self) -> None:
        if self.language not in {"zh", "en"}:
            msg = f"language must be zh or en, not {self.language!r}"
            raise ValueError(msg)

    @classmethod
    def from_environment(cls, database: str | None = None) -> "Settings":
        """Read the settings from the environment; an argument given wins."""
        return cls(
            database=database or os.environ.get(DATABASE_VARIABLE, DEFAULT_DATABASE),
            language=os.environ.get("SUPPLYLOOP_LANG", "zh"),
        )
