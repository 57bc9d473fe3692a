"""The Celery application: the alarm clock, never the ledger."""
