"""The Celery application: one queue, one task, names only.

Celery is the alarm clock; rows in the database are the obligations (design decision 1). So nothing
here is made safe that the sweep makes safe already: no results, no retries, no countdowns, no
events, no remote control. What is set is what would otherwise go wrong in silence.
"""

import logging

from celery import Celery
from celery.signals import setup_logging

DELIVER_TASK = "fullroute.deliver"
QUEUE = "fullroute"
VISIBILITY_SECONDS = 60
"""After this time an unacknowledged task is given to somebody else; hearing it twice changes
nothing.
"""

CONNECT_SECONDS = 1.0
SOCKET_SECONDS = 5.0
"""Longer than the one second for which a consumer's read waits at the broker."""


def make_app(broker_url: str) -> Celery:
    """Return the application for that broker; it knows no task yet."""
    app = Celery("fullroute", broker=broker_url, set_as_current=False)
    app.conf.update(
        # Names in JSON, nothing else; nothing comes back.
        accept_content=["json"],
        task_serializer="json",
        result_backend=None,
        task_ignore_result=True,
        task_default_queue=QUEUE,
        task_create_missing_queues=False,
        # A knock is heard as soon as it is taken; a worker takes one at a time, so others hear too.
        worker_prefetch_multiplier=1,
        worker_cancel_long_running_tasks_on_connection_loss=False,
        # A broker that is away is waited for, however long; nobody waits inside a socket for ever.
        broker_connection_retry=True,
        broker_connection_retry_on_startup=True,
        broker_connection_max_retries=None,
        broker_connection_timeout=CONNECT_SECONDS,
        broker_transport_options={
            "visibility_timeout": VISIBILITY_SECONDS,
            "unacked_restore_interval": 1,  # else a killed worker's tasks come back after 100 s
            "unacked_restore_throttle": 1,
            "socket_timeout": SOCKET_SECONDS,
            "socket_connect_timeout": CONNECT_SECONDS,
            "socket_keepalive": True,
            "health_check_interval": 10,
        },
        # The log and the ports are ours; nobody steers a worker through the broker.
        worker_hijack_root_logger=False,
        worker_redirect_stdouts=False,
        worker_enable_remote_control=False,
        worker_send_task_events=False,
        enable_utc=True,
    )
    return app


@setup_logging.connect
def leave_logging_alone(**_: object) -> None:
    """Take the signal, so that Celery does not set logging up its own way."""
    logging.getLogger("celery").setLevel(logging.WARNING)
