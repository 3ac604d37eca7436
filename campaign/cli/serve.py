"""`serve`: web and jobs under one parent, with production settings."""

from __future__ import annotations

import importlib.util
import socket
import sys
from collections.abc import Mapping

import click

from campaign.accounts import invites
from campaign.cli.output import open_runtime
from campaign.domain.errors import CampaignTrackerError, DatabaseUnavailable, Invalid
from campaign.jobs.supervisor import Program, Supervisor
from campaign.runtime import Runtime, configure_logging, read_environ
from campaign.store import migrate, sources

BLOCKING_THREADS = 16
BACKLOG = 1024


@click.command()
@click.option("--web", "only_web", is_flag=True, help="Only the web processes.")
@click.option("--jobs", "only_jobs", is_flag=True, help="Only the jobs process.")
@click.option("--host", default="127.0.0.1", show_default=True, help="Address the web part listens on.")
@click.option("--port", type=click.IntRange(1, 65535), help="Port the web part listens on; else PORT, else 8000.")
def serve(only_web: bool, only_jobs: bool, host: str, port: int | None) -> None:
    """Run web and jobs under one parent. Ctrl-C or SIGTERM ends both.

    A schema that was read as old is refused. An unreachable database does not stop the web part: readers get the last
    number, and the jobs wait.
    """
    runtime = open_runtime()
    configure_logging(runtime.settings)
    _look_at_database(runtime)
    environ = read_environ()
    programs: list[Program] = []
    if not only_jobs or only_web:
        port = port or runtime.settings.port
        _require_free(host, port)
        programs.append(web_program(host, port, runtime.settings.web_processes, environ))
    if not only_web or only_jobs:
        programs.append(jobs_program(environ))
    runtime.db.dispose()
    supervisor = Supervisor(programs)
    supervisor.take_signals()
    raise SystemExit(supervisor.run())


def web_program(
    host: str, port: int, processes: int, environ: Mapping[str, str], target: str = "wsgi:application"
) -> Program:
    """The web server: granian with blocking threads, or waitress where granian can't be loaded."""
    if importlib.util.find_spec("granian") is None:
        options = [f"--listen={host}:{port}", f"--threads={BLOCKING_THREADS}", f"--backlog={BACKLOG}"]
        return Program("web", [sys.executable, "-m", "waitress", *options, target], environ)
    options = {
        "--interface": "wsgi",
        "--http": "1",
        "--host": host,
        "--port": str(port),
        "--workers": str(processes),
        "--blocking-threads": str(BLOCKING_THREADS),
        "--backlog": str(BACKLOG),
        "--http1-header-read-timeout": "10000",
        "--workers-kill-timeout": "10",
        "--respawn-interval": "0.5",
        "--log-level": "warning",
    }
    words = [word for option in options.items() for word in option]
    switches = ["--no-ws", "--respawn-failed-workers"]
    return Program("web", [sys.executable, "-m", "granian", *words, *switches, target], environ)


def jobs_program(environ: Mapping[str, str]) -> Program:
    """The jobs process."""
    return Program("jobs", [sys.executable, "-m", "campaign.jobs"], environ)


def _require_free(host: str, port: int) -> None:
    """A port in use would only be found by a web server that is started again and again."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise Invalid("port", f"{host}:{port} can't be listened on: {error.strerror}.") from error


def _look_at_database(runtime: Runtime) -> None:
    """Refuse an old schema; print the first admin's link where there is no staff. Raises SchemaMismatch."""
    try:
        migrate.require_current(runtime.db)
        with runtime.db.write() as session:
            sources.ensure_from_env(session, runtime.settings, runtime.now())
        link = invites.first_admin_link(runtime.db, runtime.now(), runtime.settings.public_url)
    except DatabaseUnavailable as error:
        click.echo(f"The database is unavailable ({error}); the last published numbers are served.", err=True)
        return
    except CampaignTrackerError:
        runtime.db.dispose()
        raise
    if link is not None:
        click.echo(f"No staff yet. The first admin signs in here, once, within a day:\n  {link}")
