"""What the demo keeps from one start to the next: its secrets and how far the first start came. Never fixed values."""

from __future__ import annotations

import json
import os
import secrets
import socket
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from config import SettingsError


@dataclass(frozen=True, slots=True)
class Kept:
    """The demo's memory, in `demo.json` of its data folder, readable by its owner only."""

    secret_key: str
    person_key: str
    password: str
    email: str
    provider_port: int
    webhook_secret: str = ""
    webhook_url: str = ""
    endpoint_id: str = ""
    price_key: str = ""
    history_is_made: bool = False
    is_imported: bool = False


def load(data_dir: Path) -> Kept:
    """What an earlier start kept, else new secrets. Raises SettingsError for a folder that belongs to somebody else."""
    file = _file(data_dir)
    if file.exists():
        return Kept(**json.loads(file.read_text(encoding="utf-8")))
    if (data_dir / "campaign.db").exists():
        raise SettingsError(f"DATA_DIR {data_dir} has a database that is not the demo's: choose another for the demo.")
    return Kept(
        secret_key=secrets.token_hex(32),
        person_key=secrets.token_hex(32),
        password=_spoken_password(),
        email="desk@example.org",
        provider_port=free_port(),
    )


def save(data_dir: Path, kept: Kept, **changes: object) -> Kept:
    """The memory with these changes, on disk."""
    kept = replace(kept, **changes)  # pyright: ignore[reportArgumentType] - names are checked by replace
    data_dir.mkdir(parents=True, exist_ok=True)
    part = _file(data_dir).with_suffix(".part")
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as out:
        json.dump(asdict(kept), out, indent=1)
    part.replace(_file(data_dir))
    return kept


def free_port(wanted: int = 0) -> int:
    """`wanted` when nobody listens there, else a port that is free. 0: any."""
    for port in (wanted, 0):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise SettingsError("No port is free on this machine.")


def _spoken_password() -> str:
    """Four groups that can be typed from a screen: 20 letters and digits without those that look alike."""
    letters = "abcdefghjkmnpqrstuvwxyz23456789"
    return "-".join("".join(secrets.choice(letters) for _ in range(5)) for _ in range(4))


def _file(data_dir: Path) -> Path:
    return data_dir / "demo.json"
