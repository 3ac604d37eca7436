"""`python -m campaign.demo` (`make run`): everything at one address, and one Ctrl-C that ends it."""

from __future__ import annotations

import argparse
import logging
import os
import sys
import threading
import time
from pathlib import Path

from campaign.demo import kept as memory
from campaign.demo.history import begins_at
from campaign.demo.kept import Kept
from campaign.demo.stand_in import Refused
from campaign.demo.start import Starting
from campaign.domain.errors import CampaignTrackerError
from campaign.jobs.supervisor import Supervisor
from config import SettingsError

_WHAT = (
    "Run the demo: a newspaper with the banner in an article, staff pages, and a payment provider on loopback. "
    "PORT in the environment chooses the port (8000), DATA_DIR the folder that keeps everything (data)."
)


def main() -> int:
    """Run the demo until Ctrl-C; 0 when it ended as asked, 2 when it can't start."""
    parser = argparse.ArgumentParser(prog="python -m campaign.demo", description=_WHAT)
    parser.parse_args()
    logging.basicConfig(format="%(levelname)s %(message)s", level=logging.WARNING)
    began = time.monotonic()
    supervisor = Supervisor([])
    supervisor.take_signals()
    running = threading.Thread(target=supervisor.run, name="supervisor")
    try:
        data_dir = Path(os.environ.get("DATA_DIR") or "data").resolve()
        port = _port()
        kept = memory.load(data_dir)
        kept = memory.save(data_dir, kept, provider_port=memory.free_port(kept.provider_port))
        running.start()
        starting = Starting(data_dir, port, kept, supervisor, _say)
        kept = starting.start(begins_at(time.time()))
        _tell(kept, port, time.monotonic() - began)
        while not supervisor.stop.wait(0.5) and running.is_alive():
            pass
    except (CampaignTrackerError, SettingsError, Refused, OSError) as error:
        print(f"Error: {error}", file=sys.stderr)
        return 2
    finally:
        supervisor.stop.set()
        if running.ident is not None:
            running.join()
    return 0


def _port() -> int:
    text = os.environ.get("PORT") or "8000"
    if not text.isdigit() or not 1 <= int(text) <= 65535:
        raise SettingsError(f"PORT must be a whole number from 1 to 65535, not {text!r}.")
    if memory.free_port(int(text)) != int(text):
        raise SettingsError(f"Port {text} is in use: stop what listens there, or choose another with PORT=.")
    return int(text)


def _say(sentence: str) -> None:
    print(sentence, flush=True)


def _tell(kept: Kept, port: int, seconds: float) -> None:
    here = f"http://127.0.0.1:{port}"
    print(
        f"\nReady after {seconds:.1f} s. Ctrl-C stops all of it; what it has is kept for the next start.\n\n"
        f"  Article with the banner   {here}/\n"
        f"  Campaign page             {here}/g/25k/\n"
        f"  Staff pages               {here}/staff/\n"
        f"    e-mail                  {kept.email}\n"
        f"    password                {kept.password}\n",
        flush=True,
    )


if __name__ == "__main__":
    sys.exit(main())
