"""What was stored before a revision is still there, and readable, after it."""

import pytest
from alembic.command import downgrade, upgrade
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


def test_a_certificate_outlives_becoming_each_tenants_own(old):
    engine = create_engine(database_url(old))
    with engine.connect() as connection:
        insert = text(
            "INSERT INTO certificates (fingerprint, tenant, party, certificate, valid_from,"
            " valid_to, revoked_at)"
            " VALUES ('ff', :tenant, 'USCC:1', :der, '2026-01-01', '2027-01-01', NULL)"
        )
        connection.execute(insert, {"tenant": "ten_1", "der": b"\x30"})
        connection.commit()
        migrate(old)
        # a program of the version before writes and ends them as it always did
        connection.execute(insert, {"tenant": "ten_2", "der": b"\x30"})
        ended = connection.execute(
            text(
                "UPDATE certificates SET revoked_at = '2026-02-02' WHERE fingerprint = 'ff'"
                " AND tenant = 'ten_2' AND revoked_at IS NULL"
            )
        )
        assert ended.rowcount == 1
        connection.commit()
        every = text("SELECT tenant, certificate, revoked_at FROM certificates ORDER BY tenant")
        assert [tuple(row) for row in connection.execute(every)] == [
            ("ten_1", b"\x30", None),
            ("ten_2", b"\x30", "2026-02-02"),
        ]
        downgrade(settings(connection), "0015")
        assert [row[0] for row in connection.execute(every)] == ["ten_1"]
    engine.dispose()


def test_links_of_a_program_of_before_have_no_former_keys(old):
    """Whether it added them before the revision or, in a rolling upgrade, after it."""
    engine = create_engine(database_url(old))
    added = (
        "INSERT INTO links (id, tenant, administration, kind, endpoint, key, offices, paused,"
        " failures, fence, login, receipt, rate, concurrency, batch, tokens)"
        " VALUES (:id, 't', 'VN', 'push', 'http://h', :key, '[]', :no, 0, 0, '', 'signed',"
        " 0, 0, 0, 0)"
    )
    with engine.connect() as connection:
        for revision, name in (("0017", "before"), ("0018", "after")):
            upgrade(settings(connection), revision)
            connection.execute(text(added), {"id": name, "key": b"k" * 32, "no": False})
        connection.commit()
    engine.dispose()
    migrate(old)
    store = SqlStore(old)
    try:
        assert [(one.id, one.former_keys) for one in store.links()] == [
            ("after", ()),
            ("before", ()),
        ]
    finally:
        store.close()
