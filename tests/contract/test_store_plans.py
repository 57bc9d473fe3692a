"""No statement reads a growing table from end to end."""

import re

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.dialects import sqlite

from gateway.adapters.sql import (
    closure_queries,
    listing_queries,
    message_queries,
    queries,
    turns,
)
from gateway.adapters.sql.engines import database_url
from gateway.adapters.sql.migration import migrate
from gateway.adapters.sql.spelled import POSTGRESQL, spelled
from tests.postgres import running_postgres

PAGES = {
    f"movements_page {' '.join(wanted) or 'plain'}": listing_queries.movements_page(
        **{name: name if name in wanted else "" for name in ("after", "plate", "state")}
    )[0]
    for wanted in ((), ("after",), ("plate",), ("state",), ("after", "plate", "state"))
} | {
    f"open_trips_page {' '.join(wanted) or 'plain'}": listing_queries.open_trips_page(
        **{name: name if name in wanted else "" for name in ("after", "plate")}
    )[0]
    for wanted in ((), ("after",), ("plate",), ("after", "plate"))
}
STATEMENTS = {
    **{
        name: statement
        for module in (queries, closure_queries, message_queries)
        for name, statement in vars(module).items()
        if name.isupper() and not name.startswith("_") and hasattr(statement, "compile")
    },
    **PAGES,
    "trips_keyed": queries.trips_keyed(3),
    **{
        f"log_told {of_links=} {of_tenant=}": queries.log_told(
            of_links=of_links, of_tenant=of_tenant
        )
        for of_links in (False, True)
        for of_tenant in (False, True)
    },
    **{
        f"{name} {of_tenant=}": getattr(message_queries, name)(of_tenant=of_tenant)
        for name in ("messages_in_state", "last_tried")
        for of_tenant in (False, True)
    },
    **{name: getattr(turns, name) for name in ("_unsequenced", "_NUMBER_LOG", "_NUMBER_MESSAGE")},
}
STATEMENTS = {
    name: statement
    for name, statement in STATEMENTS.items()
    if hasattr(statement, "is_dml") or hasattr(statement, "selected_columns")
}

SMALL = {"principals", "offices", "links", "tenants"}
"""Tables that grow with setting up, not with traffic."""

# a partial index that holds only what is asked for may be read whole
SCAN = re.compile(r"SCAN (\w+)(?! USING (?:COVERING )?INDEX log_unsequenced)\b")


@pytest.fixture
def plan(migrated_file):
    engine = create_engine(f"sqlite:///{migrated_file}")

    def explain(statement):
        sql = str(statement.compile(dialect=sqlite.dialect(paramstyle="named")))
        names = set(re.findall(r":(\w+)", sql))
        with engine.connect() as connection:
            rows = connection.execute(text(f"EXPLAIN QUERY PLAN {sql}"), dict.fromkeys(names, 1))
            return [row[3] for row in rows]

    yield explain
    engine.dispose()


@pytest.mark.parametrize("statement", STATEMENTS.values(), ids=STATEMENTS.keys())
def test_every_statement_has_its_index(plan, statement):
    scanned = {found[1] for line in plan(statement) if (found := SCAN.match(line))}
    assert scanned <= SMALL | {"CONSTANT", "unsequenced"}


@pytest.mark.full
def test_postgresql_looks_for_one_due_message_a_link_and_not_for_all():
    url = running_postgres().database()
    migrate(url)
    engine = create_engine(database_url(url))
    statement, constants = spelled(queries.LINKS_WITH_DUE, ["now"], POSTGRESQL)
    with engine.begin() as connection:
        asked = {**constants, "now": "2026"}
        plan = connection.exec_driver_sql(f"EXPLAIN {statement}", asked)
        lines = [row[0] for row in plan]
    engine.dispose()
    under = next(place for place, line in enumerate(lines) if line.strip() == "SubPlan 1")
    below = [line for line in lines[under:] if "->" in line]
    assert below[0].split()[1] == "Limit"


def test_what_has_no_number_is_found_without_looking_at_what_has(plan):
    for statement in (turns._unsequenced, queries.ANYTHING_UNSEQUENCED):
        assert any("INDEX messages_unsequenced" in line for line in plan(statement))


def test_what_is_due_is_found_by_its_link_in_order(plan):
    lines = plan(queries.DUE_HEADS)
    assert lines[0] == "SEARCH messages USING INDEX messages_due (link=?)"
    assert not any("TEMP B-TREE" in line for line in lines)
