"""What the service is told from outside."""

from dataclasses import dataclass

from api.i18n import Language

DEFAULT_DATABASE = "sqlite:///supplyloop.db"
DATABASE_VARIABLE = "SUPPLYLOOP_DATABASE"


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Settings of one running service; a value that exists is valid."""

    database: str = DEFAULT_DATABASE
    language: Language = "zh"
    body_limit: int = 1_000_000  # bytes of a request's body; a list of 200 lines has about 20,000
    photo_body_limit: int = 5_100_000  # a photo of 5 MB and the form around it
    optimize_body_limit: int = 8_000_000  # a matrix of 1,000 places has about 5,000,000
    retry_after_s: int = 2
    solve_limit_s: float = 60.0
    jobs: int = 1  # threads that do long work; none: other processes on this database do it
    https: bool = False  # browsers reach the service over HTTPS: cookies are sent nowhere else
    webhook_private_hosts: tuple[str, ...] = ()  # may be told although they lie within the network
