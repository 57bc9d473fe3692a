"""The store on SQL: SQLite embedded, PostgreSQL beyond one machine; one code, one contract."""
