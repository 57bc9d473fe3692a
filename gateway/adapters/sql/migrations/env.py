"""What Alembic runs: our revisions on the connection it was handed, in that one's transaction."""

from alembic import context

from gateway.adapters.sql.tables import tenants

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=tenants.metadata,
    render_as_batch=True,  # SQLite alters a table by copying it
)
context.run_migrations()
