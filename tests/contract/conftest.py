"""Every store the contract is held against: SQLite always, PostgreSQL in the full tier."""

import shutil
from functools import cache

import pytest

from gateway.adapters.sql.migration import migrate
from gateway.adapters.sql.store import SqlStore
from tests.postgres import running_postgres


@cache
def _template():
    """Migrate one PostgreSQL database, of which every test gets a copy."""
    server = running_postgres()
    url = server.database()
    migrate(url)
    return url.partition("@/")[2].partition("?")[0]


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory):
    """Migrate one SQLite file, of which every test gets a copy."""
    path = tmp_path_factory.mktemp("template") / "store.db"
    migrate(f"sqlite:///{path}")
    return path


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.full)])
def url(request, tmp_path, migrated_file):
    """Return the URL of a fresh database of this program's version."""
    if request.param == "postgresql":
        template = _template()
        return running_postgres().database(template)
    copy = shutil.copy(migrated_file, tmp_path / "store.db")
    return f"sqlite:///{copy}"


@pytest.fixture
def opened(url):
    """Return a function that opens one more store on the same database."""
    stores = []

    def another():
        stores.append(SqlStore(url))
        return stores[-1]

    yield another
    for store in stores:
        store.close()


@pytest.fixture
def store(opened):
    """Return an open, empty store."""
    return opened()


@pytest.fixture
def sqlite_store(tmp_path, migrated_file):
    """Return an open, empty store on SQLite, for what only SQLite has."""
    copy = shutil.copy(migrated_file, tmp_path / "only.db")
    store = SqlStore(f"sqlite:///{copy}")
    yield store
    store.close()
