"""The application object for any WSGI server: `gunicorn wsgi:app`."""

import gc

from app import create_app

app = create_app()
gc.freeze()  # what the start made stays for good: no collection need look through it again
