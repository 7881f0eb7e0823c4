"""Commands: set up, serve, work, supervise, and the doctor."""

from __future__ import annotations

import click
from flask import Flask, current_app

from app import jobs, migrate
from app.supervise import supervise


def init_app(app: Flask) -> None:
    """Add the commands."""
    for command in (migrate_command, serve_command, worker_command, up_command, doctor_command):
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
def serve_command(host: str, port: int, threads: int) -> None:
    """Serve the pages from one process."""
    import waitress

    app = current_app._get_current_object()  # type: ignore[attr-defined]  # noqa: SLF001
    waitress.serve(app, host=host, port=port, threads=threads, ident=None, clear_untrusted_proxy_headers=False)


@click.command("worker")
def worker_command() -> None:
    """Do background work: send mail, generate rosters. Gives way to everything else on the machine."""
    jobs.be_nice()
    jobs.Worker(current_app._get_current_object()).run()  # type: ignore[attr-defined]  # noqa: SLF001


@click.command("up")
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=5000, show_default=True, envvar="PORT", type=click.IntRange(1, 65535))
def up_command(host: str, port: int) -> None:
    """Run the whole of Evenhand on this machine: one web process and one worker, watched over."""
    migrate.upgrade()
    click.echo(f"Evenhand is at http://{host}:{port}")
    raise SystemExit(supervise([["serve", "--host", host, "--port", str(port)], ["worker"]]))


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
