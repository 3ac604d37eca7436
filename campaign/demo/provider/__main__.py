"""`python -m campaign.demo.provider --state DIR`: the provider as a process of its own."""

from __future__ import annotations

import argparse
import json
import signal
import threading
from pathlib import Path

from campaign.demo.provider.server import ProviderServer


def main() -> None:
    """Prints one line of JSON when it answers, and ends in order on SIGTERM or SIGINT."""
    parser = argparse.ArgumentParser(prog="python -m campaign.demo.provider", description=__doc__)
    parser.add_argument("--state", type=Path, required=True, help="folder that keeps everything")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--starts-at", type=int, help="what its clock says at the very first start (unix seconds)")
    parser.add_argument("--test-mode", action="store_true", help="objects say livemode false")
    parser.add_argument("--delay-ms", type=int)
    parser.add_argument("--fail-share", type=float)
    parser.add_argument("--settles-in")
    told = parser.parse_args()
    habits = {
        name: getattr(told, name)
        for name in ("delay_ms", "fail_share", "settles_in")
        if getattr(told, name) is not None
    }
    provider = ProviderServer(
        told.state,
        port=told.port,
        seed=told.seed,
        livemode=not told.test_mode,
        starts_at=told.starts_at,
        **habits,
    ).start()
    ended = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda _number, _frame: ended.set())
    print(
        json.dumps({"address": provider.address, "api_key": provider.api_key, "livemode": provider.world.livemode}),
        flush=True,
    )
    ended.wait()
    provider.stop()


if __name__ == "__main__":
    main()
