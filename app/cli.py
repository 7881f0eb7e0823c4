"""Commands: set up, serve, work, supervise, and the doctor."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import click
from flask import Flask, current_app

from app import jobs, migrate
from app.database import copy_to
from app.supervise import end_with_parent, end_with_word, supervise


def init_app(app: Flask) -> None:
    """Add the commands."""
    for command in COMMANDS:
        app.cli.add_command(command)


@click.command("migrate")
def migrate_command() -> None:
    """Bring the database to the newest form."""
    before = migrate.current()
    migrate.upgrade()
    after = migrate.current()
    click.echo("The database is up to date." if before == after else f"The database was brought to {after}.")


@click.command("serve")
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=5000, show_default=True, envvar="PORT", type=click.IntRange(1, 65535))
@click.option("--threads", default=4, show_default=True, type=click.IntRange(1, 64))
@click.option("--watched", is_flag=True, hidden=True)
def serve_command(host: str, port: int, threads: int, *, watched: bool) -> None:
    """Serve the pages from one process."""
    import waitress
    from waitress import wasyncore

    _see_port_free(host, port)
    end_with_word()
    if watched:
        end_with_parent()
    app = current_app._get_current_object()  # type: ignore[attr-defined]  # noqa: SLF001
    sockets: dict[int, object] = {}
    server = waitress.create_server(
        app,
        map=sockets,
        host=host,
        port=port,
        threads=threads,
        ident=None,
        clear_untrusted_proxy_headers=False,
    )
    server.run()  # until SIGTERM or Ctrl-C; what is under way is finished
    wasyncore.loop(timeout=0.1, map=sockets, count=5)  # and its answers are sent


@click.command("worker")
@click.option("--watched", is_flag=True, hidden=True)
def worker_command(*, watched: bool) -> None:
    """Do background work: send mail, generate rosters. Gives way to everything else on the machine."""
    jobs.be_nice()
    if watched:
        end_with_parent()
    jobs.Worker(current_app._get_current_object()).run()  # type: ignore[attr-defined]  # noqa: SLF001


@click.command("up")
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=5000, show_default=True, envvar="PORT", type=click.IntRange(1, 65535))
def up_command(host: str, port: int) -> None:
    """Run the whole of Evenhand on this machine: one web process and one worker, watched over."""
    _see_port_free(host, port)
    migrate.upgrade()
    click.echo(f"Evenhand is at http://{host}:{port}")
    raise SystemExit(supervise([["serve", "--host", host, "--port", str(port), "--watched"], ["worker", "--watched"]]))


def _see_port_free(host: str, port: int) -> None:
    """Say at once, in words, that something else listens there already."""
    try:
        socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET).close()
    except OSError as error:
        raise click.ClickException(
            f"Port {port} on {host} cannot be used: {os.strerror(error.errno or 0)}. "
            "Stop what listens there, or choose another: PORT=5001 make demo, or --port 5001."
        ) from error


@click.command("doctor")
def doctor_command() -> None:
    """Look the installation over and say what is wrong; exit 1 when something is."""
    from app.doctor import findings

    bad = 0
    for finding in findings():
        click.echo(f"{'ok  ' if finding.is_good else 'BAD '} {finding.what}: {finding.words}")
        bad += not finding.is_good
    if bad:
        raise SystemExit(1)


@click.command("retry")
@click.option("--drop", is_flag=True, help="Forget them instead.")
def retry_command(*, drop: bool) -> None:
    """Try again what failed for good: jobs, and mails that were given up."""
    from app.mail.services import retry_given_up

    word = "forgotten" if drop else "to be tried again"
    click.echo(f"{jobs.retry_failed(drop=drop)} jobs and {retry_given_up(drop=drop)} mails {word}.")


@click.command("copy-database")
@click.argument("to", type=click.Path(dir_okay=False, path_type=Path))
def copy_command(to: Path) -> None:
    """Write a whole copy of the SQLite database to the new file TO while Evenhand runs."""
    try:
        copy_to(to)
    except ValueError as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"A whole copy is in {to}. It is of use only with the master key: keep that too, elsewhere.")


COMMANDS = (
    migrate_command,
    serve_command,
    worker_command,
    up_command,
    doctor_command,
    retry_command,
    copy_command,
)
