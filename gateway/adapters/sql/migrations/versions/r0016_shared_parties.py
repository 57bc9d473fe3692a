"""A party signs for every tenant that registers it: a certificate is known within its tenant."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def _keyed(*names: str) -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.drop_constraint("certificates_pkey", "certificates", type_="primary")
        op.create_primary_key("certificates_pkey", "certificates", list(names))
        return
    # SQLite changes no key in place, and names none
    op.drop_index("certificates_by_tenant", "certificates")
    op.rename_table("certificates", "certificates_before")
    columns = ("fingerprint", "tenant", "party", "valid_from", "valid_to")
    op.create_table(
        "certificates",
        *(sa.Column(name, TEXT, nullable=False) for name in columns),
        sa.Column("certificate", sa.LargeBinary(), nullable=False),
        sa.Column("revoked_at", TEXT, nullable=True),
        sa.PrimaryKeyConstraint(*names),
    )
    op.execute(
        "INSERT INTO certificates"
        " (fingerprint, tenant, party, valid_from, valid_to, certificate, revoked_at)"
        " SELECT fingerprint, tenant, party, valid_from, valid_to, certificate, revoked_at"
        " FROM certificates_before"
    )
    op.drop_table("certificates_before")
    op.create_index("certificates_by_tenant", "certificates", ["tenant"])


def upgrade() -> None:
    """Key them by both. Programs of the version before name the tenant when they end one."""
    _keyed("fingerprint", "tenant")


def downgrade() -> None:
    """Key them by themselves; of one that several tenants registered, one row stays."""
    op.execute(
        "DELETE FROM certificates WHERE EXISTS (SELECT 1 FROM certificates AS other"
        " WHERE other.fingerprint = certificates.fingerprint"
        " AND other.tenant < certificates.tenant)"
    )
    _keyed("fingerprint")
