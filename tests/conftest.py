"""Databases for tests: every test that asks for ``database`` runs on SQLite and on PostgreSQL."""

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

import psycopg
import pytest

from logistics.store.session import Database, open_database
from tests.slates import Slate

_NUMBERS = count(1)
_SETTINGS = {
    "listen_addresses": "",  # the socket in its own folder, so no port can be taken
    "fsync": "off",  # the tests kill clients, not this cluster's machine
    "full_page_writes": "off",
    "shared_buffers": "32MB",
    "max_connections": "60",
}


class Cluster:
    """A private PostgreSQL cluster in a temporary folder, run as an unprivileged user."""

    def __init__(self, binaries: Path) -> None:
        self._binaries = binaries
        self.folder = Path(tempfile.mkdtemp(prefix="slpg-"))  # short: a socket's path is limited
        self._account: dict[str, object] = {}
        if os.geteuid() == 0:  # PostgreSQL refuses to run as root
            account = _unprivileged()
            os.chown(self.folder, account.pw_uid, account.pw_gid)
            self._account = {
                "user": account.pw_uid,
                "group": account.pw_gid,
                "extra_groups": [],
            }
        self._data = self.folder / "data"
        self._call("initdb", "-U", "supplyloop", "-A", "trust", "-E", "UTF8", "--no-sync",
                   "--locale=C", "-D", self._data)  # fmt: skip
        settings = _SETTINGS | {"unix_socket_directories": str(self.folder)}
        with (self._data / "postgresql.conf").open("a") as file:
            file.writelines(f"{name} = '{value}'\n" for name, value in settings.items())
        self.start()

    def url(self, name: str) -> str:
        return f"postgresql+psycopg://supplyloop@/{name}?host={self.folder}"

    def execute(self, statement: str) -> None:
        with psycopg.connect(
            f"host={self.folder} user=supplyloop dbname=postgres", autocommit=True
        ) as connection:
            connection.execute(statement)

    def stop(self) -> None:
        self._call("pg_ctl", "-D", self._data, "-m", "fast", "stop")

    def start(self) -> None:
        self._call("pg_ctl", "-D", self._data, "-w", "-l", self.folder / "log", "start")

    def remove(self) -> None:
        self.stop()
        shutil.rmtree(self.folder)

    def _call(self, name: str, *arguments: object) -> None:
        done = subprocess.run(
            [self._binaries / name, *map(str, arguments)],
            check=False,
            stdin=subprocess.DEVNULL,
            stdout=(log := (self.folder / "calls").open("a")),
            stderr=subprocess.STDOUT,
            cwd=self.folder,
            env=os.environ | {"LC_ALL": "C", "TZ": "UTC"},
            **self._account,
        )
        log.close()
        if done.returncode:
            said = (self.folder / "calls").read_text()[-2000:]
            pytest.fail(f"PostgreSQL's {name} failed:\n{said}", pytrace=False)


def _unprivileged() -> pwd.struct_passwd:
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    pytest.fail("PostgreSQL does not run as root, and there is no user 'nobody'", pytrace=False)


def _binaries() -> Path | None:
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    if on_path := shutil.which("initdb"):
        folders.insert(0, Path(on_path).resolve().parent)
    return next((f for f in folders if (f / "initdb").exists() and (f / "pg_ctl").exists()), None)


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    binaries = _binaries()
    if binaries is None:
        if os.environ.get("SUPPLYLOOP_WITHOUT_POSTGRESQL") == "1":
            pytest.skip("PostgreSQL's tests are switched off by SUPPLYLOOP_WITHOUT_POSTGRESQL")
        pytest.fail("PostgreSQL's binaries are missing: run .ci/postgres", pytrace=False)
    made = Cluster(binaries)
    yield made
    made.remove()


@pytest.fixture(scope="session")
def migrated_cluster(cluster: Cluster) -> Cluster:
    """A cluster whose database ``migrated`` is copied for each test."""
    cluster.execute("CREATE DATABASE migrated")
    database = open_database(cluster.url("migrated"))
    database.migrate()
    database.close()
    return cluster


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file that is copied for each test."""
    path = tmp_path_factory.mktemp("migrated") / "migrated.db"
    database = open_database(str(path))
    database.migrate()
    database.close()
    return path


@pytest.fixture
def sqlite_database(migrated_file: Path, tmp_path: Path) -> Iterator[Database]:
    path = tmp_path / "test.db"
    shutil.copy(migrated_file, path)
    database = open_database(f"sqlite:///{path}")
    yield database
    database.close()


@pytest.fixture(scope="session")
def slate(migrated_cluster: Cluster) -> Slate:
    return Slate(migrated_cluster, "migrated")


@pytest.fixture
def postgresql_database(slate: Slate) -> Iterator[Database]:
    database = open_database(slate.take())
    yield database
    database.close()
    slate.give_back()


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest) -> Database:
    """A fresh, migrated database; the test runs once on each kind."""
    return request.getfixturevalue(f"{request.param}_database")


@pytest.fixture
def empty_database(
    request: pytest.FixtureRequest, tmp_path: Path
) -> Iterator[Callable[[str], Database]]:
    """Make databases of a kind, ``sqlite`` or ``postgresql``, that were never migrated."""
    made: list[Database] = []
    names: list[str] = []

    def make(kind: str) -> Database:
        name = f"empty_{next(_NUMBERS)}"
        if kind == "sqlite":
            made.append(open_database(str(tmp_path / f"{name}.db")))
        else:
            cluster: Cluster = request.getfixturevalue("cluster")
            cluster.execute(f"CREATE DATABASE {name}")
            names.append(name)
            made.append(open_database(cluster.url(name)))
        return made[-1]

    yield make
    for database in made:
        database.close()
    for name in names:
        request.getfixturevalue("cluster").execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def session(database: Database):
    """A session inside one transaction, committed when the test is over."""
    with database.transaction() as opened:
        yield opened
