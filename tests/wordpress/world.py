"""A real WordPress from the system's packages on loopback: PHP's server, a MariaDB of its own, our plugin active."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import time
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

from campaign.demo.kept import free_port

ROOT = Path(__file__).resolve().parents[2]
PLUGIN = ROOT / "deploy" / "wordpress" / "member-goal"
WORDPRESS = Path("/usr/share/wordpress")
NEEDED = ("php", "mariadbd", "mariadb-install-db", "mariadb")

CONFIG = """<?php
define('DB_NAME', 'wordpress');
define('DB_USER', 'root');
define('DB_PASSWORD', '');
define('DB_HOST', 'localhost:{socket}');
define('WP_SITEURL', '{site}');
define('WP_HOME', '{site}');
define('DISABLE_WP_CRON', true);
define('WP_HTTP_BLOCK_EXTERNAL', true);
define('WP_ACCESSIBLE_HOSTS', '127.0.0.1');
define('MEMBER_GOAL_LIFE_SECONDS', 1);
$table_prefix = 'wp_';
defined('ABSPATH') || define('ABSPATH', __DIR__ . '/');
require_once ABSPATH . 'wp-settings.php';
"""
THEME = """<!doctype html><html><head><?php wp_head(); ?></head><body>
<?php while (have_posts()) { the_post(); the_content(); } wp_footer(); ?></body></html>"""


def what_is_missing() -> str:
    """Why no WordPress can run here; "" where one can."""
    missing = [name for name in NEEDED if shutil.which(name) is None and not Path(f"/usr/sbin/{name}").exists()]
    missing += [] if (WORDPRESS / "wp-settings.php").exists() else ["wordpress"]
    return f"there is no {', '.join(missing)} here" if missing else ""


class WordPress:
    """Stopped with `stop`. `posts`: shortcode and block, by their numbers."""

    def __init__(self, folder: Path, tracker: str) -> None:
        self._folder = folder
        self._processes: list[subprocess.Popen[bytes]] = []
        port = free_port()
        self.site = f"http://127.0.0.1:{port}"
        self._root = folder / "site"
        self._lay_out()
        self._start_database()
        self._run("php", "-S", f"127.0.0.1:{port}", "-t", str(self._root))
        set_up = [*("php", str(Path(__file__).with_name("set_up.php"))), str(self._root), self.site, tracker]
        done = subprocess.run(set_up, check=False, capture_output=True, text=True)
        assert done.returncode == 0, done.stdout + done.stderr
        self.posts: dict[str, int] = json.loads(done.stdout[done.stdout.rindex("{") :])

    def page(self, post: str) -> str:
        """A post as anybody gets it."""
        deadline = time.monotonic() + 30
        while True:
            try:
                with urlopen(f"{self.site}/?p={self.posts[post]}") as answer:
                    return answer.read().decode()
            except URLError:
                assert time.monotonic() < deadline, "PHP's server did not start"
                time.sleep(0.05)

    def stop(self) -> None:
        for process in reversed(self._processes):
            os.killpg(process.pid, signal.SIGTERM)  # PHP's server has workers of its own
            process.wait(timeout=30)

    def _lay_out(self) -> None:
        self._root.mkdir(parents=True)
        for one in WORDPRESS.iterdir():
            if one.name not in ("wp-content", "wp-config.php"):
                target = one.resolve()
                (shutil.copytree if target.is_dir() else shutil.copy)(target, self._root / one.name)
        content = self._root / "wp-content"
        shutil.copytree(PLUGIN, content / "plugins" / "member-goal")
        theme = content / "themes" / "plain"
        theme.mkdir(parents=True)
        (theme / "style.css").write_text("/* Theme Name: Plain */")
        (theme / "index.php").write_text(THEME)
        config = CONFIG.format(socket=self._folder / "db.sock", site=self.site)
        (self._root / "wp-config.php").write_text(config)

    def _start_database(self) -> None:
        data, socket = self._folder / "db", self._folder / "db.sock"
        make = ["mariadb-install-db", "--no-defaults", f"--datadir={data}", "--skip-test-db", "--user=root"]
        subprocess.run([*make, "--auth-root-authentication-method=normal"], check=True, capture_output=True)
        mariadbd = shutil.which("mariadbd") or "/usr/sbin/mariadbd"
        where = (f"--datadir={data}", f"--socket={socket}", f"--pid-file={self._folder / 'db.pid'}")
        self._run(mariadbd, "--no-defaults", "--user=root", "--skip-networking", *where)
        make = ["mariadb", "--no-defaults", "--user=root", f"--socket={socket}", "-e", "CREATE DATABASE wordpress"]
        deadline = time.monotonic() + 60
        while subprocess.run(make, check=False, capture_output=True).returncode != 0:
            assert time.monotonic() < deadline, "MariaDB did not start"
            time.sleep(0.1)

    def _run(self, *command: str) -> None:
        environ = {**os.environ, "PHP_CLI_SERVER_WORKERS": "6"}  # the editor asks for many things at once
        with (self._folder / f"{Path(command[0]).name}.log").open("wb") as log:
            self._processes.append(
                subprocess.Popen(command, env=environ, stdout=log, stderr=log, start_new_session=True)
            )
