"""`jobs`: what the jobs process does, and when it last did."""

from __future__ import annotations

import click

from campaign.cli.output import as_json, instant, open_runtime, print_value, table
from campaign.domain.errors import NotFound
from campaign.jobs.runner import Runner
from campaign.jobs.schedule import JOBS
from campaign.store import job_runs


@click.group()
def jobs() -> None:
    """Jobs: what runs by the clock."""


@jobs.command("list")
@as_json
def list_jobs(as_json: bool) -> None:
    """All jobs with their last run."""
    with open_runtime().db.read() as session:
        runs = {run.name: run for run in job_runs.list_runs(session)}
    known = {job.name: (job.when, job.what) for job in JOBS}
    names = [*known, *sorted(runs.keys() - known.keys())]
    shown = [
        {"name": name, "when": known.get(name, ("always", ""))[0], "what": known.get(name, ("", ""))[1]}
        | ({"last": runs[name]} if name in runs else {"last": None})
        for name in names
    ]
    rows = [_row(name, known.get(name, ("always", ""))[0], runs.get(name)) for name in names]
    print_value(shown, as_json, lambda: table(("job", "when", "last success", "failures in a row", "says"), rows))


@jobs.command("run")
@click.argument("name")
def run_job(name: str) -> None:
    """Run the job NAME here and now. Harmless beside the jobs process: jobs may be repeated."""
    job = {job.name: job for job in JOBS}.get(name)
    if job is None:
        raise NotFound("job", name)
    runtime = open_runtime()
    error = Runner(runtime, JOBS).run(job)
    if error is not None:
        raise click.ClickException(f"{name} failed: {error}")
    with runtime.db.read() as session:
        run = job_runs.find(session, name)
    click.echo(f"{name} ran{': ' + run.outcome if run and run.outcome else ''}.")


def _row(name: str, when: str, run: job_runs.Run | None) -> tuple[str, str, str, str, str]:
    if run is None:
        return name, when, "never", "", ""
    failing = run.failures_in_a_row > 0
    says = f"{run.error}" if failing else run.outcome or ""
    running = f"running since {instant(run.started_at)} " if run.is_running else ""
    return name, when, instant(run.succeeded_at), str(run.failures_in_a_row), running + says
