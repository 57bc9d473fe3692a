"""What was stored before a revision is still there, and readable, after it."""

import pytest
from alembic.command import upgrade
from sqlalchemy import create_engine, text

from gateway.adapters.sql.engines import database_url
from gateway.adapters.sql.migration import migrate
from gateway.adapters.sql.revisions import settings
from gateway.adapters.sql.store import SqlStore
from tests.postgres import running_postgres


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.full)])
def old(request, tmp_path):
    """Return the URL of a database of the first revision."""
    if request.param == "postgresql":
        url = running_postgres().database()
    else:
        url = f"sqlite:///{tmp_path}/store.db"
    engine = create_engine(database_url(url))
    with engine.connect() as connection:
        upgrade(settings(connection), "0001")
        connection.execute(
            text(
                "INSERT INTO offices (code, national_code, country, administration, zone, names,"
                " roles, modes, status, source) VALUES ('VN0018ZZ', '18ZZ', 'VN', 'VN',"
                " 'Asia/Ho_Chi_Minh', '[[\"en\",\"Gate\"]]', '[\"entry\"]', '[\"road\"]',"
                " 'confirmed', 'a letter')"
            )
        )
        connection.commit()
    engine.dispose()
    return url


def test_an_office_of_the_first_revision_has_unknown_hours(old):
    migrate(old)
    store = SqlStore(old)
    try:
        office = store.office("VN0018ZZ")
        assert (office.name(), office.hours, office.holidays) == ("Gate", (), ())
        assert office.competences == frozenset()
    finally:
        store.close()
