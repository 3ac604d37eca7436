"""`python -m campaign.jobs`: works off what was received, publishes, and does what the clock starts."""

from __future__ import annotations

import logging
import os
import signal
import sys
from types import FrameType

from campaign.domain.errors import CampaignTrackerError
from campaign.jobs.process import JobsProcess
from campaign.jobs.schedule import JOBS, make_loops
from campaign.runtime import SettingsError, configure_logging, load_runtime


def main() -> int:
    """Run until SIGTERM or SIGINT; 0 when everything ended in time, 2 when it can't start."""
    try:
        runtime = load_runtime()
        configure_logging(runtime.settings)
        process = JobsProcess(runtime, JOBS, make_loops)

        def stop(_signal: int, _frame: FrameType | None) -> None:
            process.stop.set()

        signal.signal(signal.SIGTERM, stop)
        signal.signal(signal.SIGINT, stop)
        ended = process.run()
    except (CampaignTrackerError, SettingsError) as error:
        print(f"Error: {error}", file=sys.stderr)  # noqa: T201 - a command's last word
        return 2
    # A run that hangs, or a fetch on its way, would keep the interpreter from ending; what was being written is in a
    # transaction.
    logging.shutdown()
    os._exit(0 if ended else 1)


if __name__ == "__main__":
    sys.exit(main())
