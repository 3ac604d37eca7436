"""`python -m campaign.jobs`: works off what was received, publishes, and does what the clock starts."""

from __future__ import annotations

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
    if not ended:
        # A run that hangs would keep the interpreter from ending; what it was writing is in a transaction.
        sys.stderr.flush()
        os._exit(1)
    return 0


if __name__ == "__main__":
    sys.exit(main())
