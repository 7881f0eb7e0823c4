"""How `gunicorn wsgi:app` serves unless its command line says otherwise: on loopback, for a reverse proxy in front."""

import os

bind = f"127.0.0.1:{os.environ.get('PORT', '5000')}"
workers = int(os.environ.get("WEB_CONCURRENCY", "2"))  # one for each processor
threads = 4  # a slow phone holds up a thread, not a process
timeout = 60  # a process that shows no sign of life for so long is replaced
graceful_timeout = 30  # what is under way is finished before a process ends
control_socket_disable = True
# Below errors gunicorn writes addresses of visitors; requests are logged by Evenhand itself, without them.
loglevel = "error"
