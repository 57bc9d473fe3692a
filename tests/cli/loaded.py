"""What the process that commands are forked from has loaded and compiled (see ``commands``)."""

import gateway.adapters.keystore
import gateway.adapters.links
import gateway.adapters.sql.migration
import gateway.adapters.sql.store
import gateway.cli.main
import gateway.usecases.submit  # noqa: F401
from tests.ready import compile_ahead

compile_ahead(1)
