"""The provider's own time: real time moved by an offset, or stopped at one instant."""

from __future__ import annotations

import time
from dataclasses import dataclass


@dataclass
class Clock:
    offset: float = 0.0
    stopped_at: int | None = None

    def now(self) -> int:
        return self.stopped_at if self.stopped_at is not None else int(time.time() + self.offset)

    def move_to(self, instant: int, *, stop: bool) -> None:
        """Afterwards it is `instant`, and goes on ticking from there unless stopped."""
        self.offset = instant - time.time()
        self.stopped_at = instant if stop else None
