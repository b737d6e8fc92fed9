"""The web server, by the environment: HOST, PORT, WEB_PROCESSES and WEB_THREADS."""

import os

bind = f"{os.environ.get('HOST') or '127.0.0.1'}:{os.environ.get('PORT') or '8000'}"
workers = int(os.environ.get("WEB_PROCESSES") or 2)
# Threads, because a slow upload holds one for as long as it takes.
worker_class = "gthread"
threads = int(os.environ.get("WEB_THREADS") or 16)
timeout = 120  # seconds without a sign of life, before a process is replaced
graceful_timeout = 20  # seconds for running requests when it stops
max_requests, max_requests_jitter = 10_000, 1_000
worker_tmp_dir = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None  # noqa: S108 - heartbeats
control_socket_disable = True  # it would be one for all portals of a user
