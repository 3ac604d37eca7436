"""What a page costs, as the browser's own tracing tells it: script, layout shifts, and the whole of the main thread."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from playwright.sync_api import Browser

CATEGORIES = ["devtools.timeline", "loading", "v8.execute", "disabled-by-default-devtools.timeline"]
SCRIPT = {
    *("EvaluateScript", "v8.compile", "v8.run", "FunctionCall", "RunMicrotasks", "TimerFire", "EventDispatch"),
    *("FireAnimationFrame", "FireIdleCallback", "XHRReadyStateChange", "XHRLoad", "v8.evaluateModule"),
}
"""Names of the spans in which script is compiled or runs. One inside of another counts once."""
_WHOLE = "RunTask"
SETTLES_MS = 300


@dataclass(frozen=True)
class Cost:
    """Milliseconds of the main thread's own processor time; the sum of all layout shifts, those after input too."""

    script_ms: float
    main_thread_ms: float
    shift: float
    scripts: int
    shifted: tuple[dict[str, Any], ...] = ()


class Tracer:
    """Opens pages as a reader's browser does: in a context that Playwright does not attach to.

    What Playwright asks of a page it drives (a stack for every request, for one) would be counted as the page's own.
    """

    def __init__(self, browser: Browser) -> None:
        self._session = browser.new_browser_cdp_session()
        self._events: list[dict[str, Any]] = []
        self._done = False
        self._session.on("Tracing.dataCollected", lambda told: self._events.extend(told["value"]))
        self._session.on("Tracing.tracingComplete", self._complete)
        self._session.on("Target.receivedMessageFromTarget", self._told)
        self._page = ""
        self._loaded = False
        self._waiting = browser.new_page()

    def close(self) -> None:
        self._waiting.close()
        self._session.detach()

    def _told(self, told: dict[str, Any]) -> None:
        self._loaded = self._loaded or json.loads(told["message"]).get("method") == "Page.loadEventFired"

    def _complete(self, told: object) -> None:
        self._done = True

    def cost(self, address: str, until: Callable[[], bool], *, slower: float = 1) -> Cost:
        """The cost of one visit by a reader who was never here; the processor seems so many times slower.

        `until`: the page has asked for the last thing that it asks for; what comes of the answer is waited for.
        """
        send = self._session.send
        context = send("Target.createBrowserContext")["browserContextId"]
        asked = {"url": "about:blank", "browserContextId": context, "width": 1280, "height": 900}
        target = send("Target.createTarget", asked)["targetId"]
        self._page = send("Target.attachToTarget", {"targetId": target, "flatten": False})["sessionId"]
        self._ask("Emulation.setCPUThrottlingRate", rate=slower)
        self._events.clear()
        self._done = False
        config = {"recordMode": "recordAsMuchAsPossible", "includedCategories": CATEGORIES}
        send("Tracing.start", {"transferMode": "ReportEvents", "traceConfig": config})
        self._loaded = False
        self._ask("Page.enable")
        self._ask("Page.navigate", url=address)
        for _ in range(1_000):
            if self._loaded and until():
                break
            self._waiting.wait_for_timeout(20)
        self._waiting.wait_for_timeout(SETTLES_MS * max(1, slower / 2))
        send("Tracing.end")
        while not self._done:
            self._waiting.wait_for_timeout(10)
        send("Target.closeTarget", {"targetId": target})
        send("Target.disposeBrowserContext", {"browserContextId": context})
        return cost_of(self._events, address)

    def _ask(self, method: str, **values: object) -> None:
        message = json.dumps({"id": 1, "method": method, "params": values})
        self._session.send("Target.sendMessageToTarget", {"sessionId": self._page, "message": message})


def cost_of(events: list[dict[str, Any]], address: str) -> Cost:
    """The cost of the page at an address: of the main thread that parsed it."""
    main = next(_thread(event) for event in events if _parsed_address(event) == address)
    own = [event for event in events if _thread(event) == main]
    scripts = {e["args"]["data"]["url"] for e in own if e["name"] == "EvaluateScript" and e["args"]["data"].get("url")}
    shifts = [event["args"]["data"] for event in own if event["name"] == "LayoutShift"]
    return Cost(
        script_ms=_outermost_ms(event for event in own if event["name"] in SCRIPT),
        main_thread_ms=_outermost_ms(event for event in own if event["name"].endswith(_WHOLE)),
        shift=sum(shift["score"] for shift in shifts),
        scripts=len(scripts),
        shifted=tuple(shifts),
    )


def _parsed_address(event: dict[str, Any]) -> str:
    return event["args"].get("beginData", {}).get("url", "") if event["name"] == "ParseHTML" else ""


def _thread(event: dict[str, Any]) -> tuple[int, int]:
    return event["pid"], event["tid"]


def _outermost_ms(spans: Iterable[dict[str, Any]]) -> float:
    """Processor time of the spans that lie in no other; what waits for the processor is not counted."""
    total, ends_at = 0.0, 0.0
    for span in sorted((one for one in spans if one["ph"] == "X"), key=lambda one: (one["ts"], -one.get("dur", 0))):
        if span["ts"] >= ends_at:
            ends_at = span["ts"] + span.get("dur", 0)
            total += span.get("tdur", span.get("dur", 0))
    return total / 1000
