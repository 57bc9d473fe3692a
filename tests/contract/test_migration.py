"""The migrations make exactly the tables the program knows, and guard its version."""

import stat
from concurrent.futures import ThreadPoolExecutor

import pytest
from alembic.autogenerate import compare_metadata
from alembic.command import downgrade
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, inspect, text

from gateway.adapters.sql.engines import database_url
from gateway.adapters.sql.migration import check_version, migrate
from gateway.adapters.sql.revisions import settings
from gateway.adapters.sql.tables import VERSION, metadata
from gateway.domain.errors import Misconfigured, Unavailable
from tests.postgres import running_postgres


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.full)])
def empty(request, tmp_path):
    """Return the URL of a database in which nothing is yet."""
    if request.param == "postgresql":
        return running_postgres().database()
    return f"sqlite:///{tmp_path}/data/store.db"


@pytest.fixture
def connection(empty):
    migrate(empty)
    engine = create_engine(database_url(empty))
    with engine.connect() as connection:
        yield connection
    engine.dispose()


def test_an_empty_database_is_brought_to_this_version(empty):
    assert migrate(empty) == VERSION
    check_version(empty)


def test_migrating_again_changes_nothing(empty):
    migrate(empty)
    assert migrate(empty) == VERSION


def test_many_who_migrate_at_once_all_come_through(empty):
    with ThreadPoolExecutor(4) as pool:
        versions = list(pool.map(lambda _: migrate(empty), range(4)))
    assert versions == [VERSION] * 4
    check_version(empty)


def test_the_version_is_the_last_revision():
    scripts = ScriptDirectory.from_config(settings())
    assert scripts.get_current_head() == VERSION


def test_the_tables_are_those_of_the_program(connection):
    assert compare_metadata(MigrationContext.configure(connection), metadata) == []


def test_the_indexes_are_those_of_the_program(connection):
    inspected = inspect(connection)
    for table in metadata.tables.values():
        known = {index["name"] for index in inspected.get_indexes(table.name)}
        assert {index.name for index in table.indexes} <= known


def test_downgrading_leaves_nothing_behind(connection):
    downgrade(settings(connection), "base")
    assert set(inspect(connection).get_table_names()) <= {"alembic_version"}


def test_a_database_of_another_version_is_refused(empty, connection):
    connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    connection.commit()
    for act in (check_version, migrate):
        with pytest.raises(Misconfigured) as caught:
            act(empty)
        (finding,) = caught.value.findings
        assert finding.code == "database.other-version"
        assert dict(finding.args) == {"found": "9999", "expected": VERSION}


def test_an_empty_database_is_refused(empty):
    with pytest.raises(Misconfigured) as caught:
        check_version(empty)
    assert dict(caught.value.findings[0].args)["found"] == "none"


def test_looking_for_a_version_makes_no_file(tmp_path):
    with pytest.raises(Misconfigured):
        check_version(f"sqlite:///{tmp_path}/store.db")
    assert list(tmp_path.iterdir()) == []


def test_the_file_is_its_owners_alone(tmp_path):
    migrate(f"sqlite:///{tmp_path}/store.db")
    assert stat.S_IMODE((tmp_path / "store.db").stat().st_mode) == 0o600


def test_a_file_that_is_no_database_is_told(tmp_path):
    (tmp_path / "store.db").write_bytes(b"no database at all" * 1000)
    with pytest.raises(Unavailable) as caught:
        migrate(f"sqlite:///{tmp_path}/store.db")
    assert [f.code for f in caught.value.findings] == ["database.damaged"]


def test_a_folder_that_cannot_be_made_is_told(tmp_path):
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(Misconfigured):
        migrate(f"sqlite:///{tmp_path}/file/store.db")


def test_an_unreachable_server_is_told():
    with pytest.raises(Unavailable):
        check_version("postgresql://nobody@127.0.0.1:1/nothing")
