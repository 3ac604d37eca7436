"""A real nginx on loopback for a test: where it is, whose files it may read, and one that serves what it is told to."""

from __future__ import annotations

import grp
import os
import pwd
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


def command() -> str | None:
    """Where nginx is, None where there is none."""
    return shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin")


def user() -> str:
    """Whose files these are: workers of a root's nginx would else be nobody, who may not read them."""
    return f"{pwd.getpwuid(os.geteuid()).pw_name} {grp.getgrgid(os.getegid()).gr_name}"


@contextmanager
def serving(folder: Path, inside_http: str) -> Iterator[None]:
    """nginx runs with these lines inside of its `http`; what it needs to write lies in the folder."""
    paths = "".join(
        f"{kind}_temp_path {folder}/{kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    written = folder / "nginx.conf"
    written.write_text(
        f"daemon off; user {user()}; worker_processes 1; pid {folder}/nginx.pid;\n"
        f"error_log {folder}/nginx-error.log; events {{}}\n"
        f"http {{ access_log off; {paths} include /etc/nginx/mime.types;\n{inside_http}\n}}\n"
    )
    with (folder / "nginx.log").open("wb") as log:
        process = subprocess.Popen(
            [command() or "nginx", "-p", str(folder), "-c", str(written)], stdout=log, stderr=log
        )
    try:
        yield
    finally:
        process.terminate()
        process.wait(10)
