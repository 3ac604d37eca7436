"""Events on their way to the endpoints: signed with the real time, repeated with back-off, badly on demand."""

from __future__ import annotations

import hashlib
import heapq
import hmac
import http.client
import json
import random
import threading
import time
from urllib.parse import urlsplit

from campaign.demo.provider.events import event_shape
from campaign.demo.provider.older import in_older_shape, is_older
from campaign.demo.provider.records import Delivery, Endpoint, Event, Json
from campaign.demo.provider.world import World

WORKERS = 8
LONGEST_WAIT = 60.0


def signature(secret: str, body: bytes, timestamp: int) -> str:
    digest = hmac.new(secret.encode(), f"{timestamp}.".encode() + body, hashlib.sha256).hexdigest()
    return f"t={timestamp},v1={digest}"


class Deliverer:
    """Begins deliveries in the order of their events, several at a time."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.wake = threading.Condition()
        self.queue: list[tuple[float, float, str]] = []
        self.running = 0
        self.number = 0
        self.stopped = False
        self.counters = {"delivered": 0, "refused": 0, "dropped": 0, "duplicated": 0, "given_up": 0}
        self.planned: list[tuple[Delivery, float]] = []
        self.threads: list[threading.Thread] = []
        world.before_commit = self.plan_new

    def start(self) -> None:
        for delivery in self.world.state.table(Delivery):
            if delivery.status == "pending":
                self._queue(delivery, 0.0)
        for number in range(WORKERS):
            thread = threading.Thread(target=self._work, name=f"deliveries-{number}", daemon=True)
            thread.start()
            self.threads.append(thread)

    def stop(self) -> None:
        with self.wake:
            self.stopped = True
            self.wake.notify_all()
        for thread in self.threads:
            thread.join(timeout=15)

    def plan_new(self) -> None:
        """What happened since the last commit is planned to be told to every endpoint that asked for it."""
        world = self.world
        if not world.happened:
            return
        endpoints = [one for one in world.state.table(Endpoint) if one.status == "enabled"]
        for event in world.happened:
            for endpoint in endpoints:
                if "*" in endpoint.enabled_events or event.type in endpoint.enabled_events:
                    self._plan(event, endpoint)
        world.happened.clear()

    def again(self, event: Event) -> int:
        """The event is told once more to every endpoint, whatever became of it before."""
        endpoints = [one for one in self.world.state.table(Endpoint) if one.status == "enabled"]
        for endpoint in endpoints:
            self._add(event, endpoint)
        return len(endpoints)

    def wait(self, timeout: float) -> bool:
        """True when nothing was left to deliver before the time was up."""
        with self.wake:
            return self.wake.wait_for(lambda: not self.queue and not self.running, timeout)

    def unpause(self) -> None:
        with self.wake:
            self.wake.notify_all()

    def _plan(self, event: Event, endpoint: Endpoint) -> None:
        world, post = self.world, self.world.post
        if post.drop and world.random.random() < post.drop:
            self.counters["dropped"] += 1
            world.add(Delivery(world.state.new_id(Delivery), world.now, event.id, endpoint.id, "dropped"))
            return
        self._add(event, endpoint)
        if post.duplicate and world.random.random() < post.duplicate:
            self.counters["duplicated"] += 1
            self._add(event, endpoint)

    def _add(self, event: Event, endpoint: Endpoint) -> None:
        world = self.world
        delivery = world.add(Delivery(world.state.new_id(Delivery), world.now, event.id, endpoint.id))
        event.undelivered += 1
        world.state.touch(event)
        least, most = world.post.delay_ms
        delay = world.random.uniform(least, most) / 1000 if most else 0.0
        self._queue(delivery, time.monotonic() + delay if delay else 0.0)

    def _queue(self, delivery: Delivery, ready_at: float) -> None:
        with self.wake:
            self.number += 1
            window = self.world.post.shuffle
            place = self.number + (self.world.random.uniform(0, window) if window else 0.0)
            heapq.heappush(self.queue, (ready_at, place, delivery.id))
            self.wake.notify()

    def _work(self) -> None:
        lines: dict[str, http.client.HTTPConnection] = {}
        while (delivery := self._next()) is not None:
            try:
                self._attempt(delivery, lines)
            finally:
                with self.wake:
                    self.running -= 1
                    self.wake.notify_all()
        for line in lines.values():
            line.close()

    def _next(self) -> str | None:
        with self.wake:
            while not self.stopped:
                if not self.queue or self.world.post.paused:
                    self.wake.wait(1.0)
                    continue
                left = self.queue[0][0] - time.monotonic()
                if left <= 0:
                    self.running += 1
                    return heapq.heappop(self.queue)[2]
                self.wake.wait(left)
            return None

    def _attempt(self, wanted: str, lines: dict[str, http.client.HTTPConnection]) -> None:
        with self.world.lock:
            # Waiting here until the change that made it is on disk.
            delivery = self.world.state.get(Delivery, wanted)
            endpoint = self.world.state.get(Endpoint, delivery.endpoint)
            event = self.world.state.get(Event, delivery.event)
            body = self._body(event, endpoint)
        answer = _post(endpoint, body, lines) if endpoint.status == "enabled" else None
        with self.world.lock:
            self._note(delivery, event, endpoint, answer)
            self.world.commit()

    def _note(self, delivery: Delivery, event: Event, endpoint: Endpoint, answer: int | None) -> None:
        post = self.world.post
        delivery.attempts += 1
        delivery.answer = answer
        if answer is not None and 200 <= answer < 300:
            delivery.status = "delivered"
            event.undelivered -= 1
            self.counters["delivered"] += 1
        else:
            self.counters["refused"] += 1
            if delivery.attempts >= post.give_up_after or endpoint.status != "enabled":
                delivery.status = "given_up"
                self.counters["given_up"] += 1
            else:
                wait = min(LONGEST_WAIT, post.retry_seconds * 2 ** (delivery.attempts - 1))
                self._queue(delivery, time.monotonic() + wait * random.uniform(0.9, 1.1))
        self.world.state.touch(delivery)
        self.world.state.touch(event)

    def _body(self, event: Event, endpoint: Endpoint) -> bytes:
        shape = event_shape(self.world, event)
        version = self.world.post.api_version or endpoint.api_version
        if version:
            shape["api_version"] = version
        if is_older(version):
            shape["data"] = {**shape["data"], "object": in_older_shape(shape["data"]["object"])}
        if self.world.post.flip_livemode:
            shape["livemode"] = not shape["livemode"]
        return json.dumps(shape).encode()


def log_of(world: World) -> list[Json]:
    return [
        {
            "delivery": one.id,
            "event": one.event,
            "type": world.state.get(Event, one.event).type,
            "endpoint": one.endpoint,
            "status": one.status,
            "attempts": one.attempts,
            "answer": one.answer,
        }
        for one in world.state.table(Delivery)
    ]


def _post(endpoint: Endpoint, body: bytes, lines: dict[str, http.client.HTTPConnection]) -> int | None:
    parts = urlsplit(endpoint.url)
    headers = {
        "Content-Type": "application/json; charset=utf-8",
        "User-Agent": "Stripe/1.0 (+https://stripe.com/docs/webhooks)",
        "Stripe-Signature": signature(endpoint.secret, body, int(time.time())),
    }
    path = f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path or "/"
    for _ in range(2):
        line = lines.get(parts.netloc)
        is_fresh = line is None
        if line is None:
            line = lines[parts.netloc] = http.client.HTTPConnection(parts.netloc, timeout=20)
        try:
            line.request("POST", path, body, headers)
            answer = line.getresponse()
            answer.read()
            return answer.status
        except (OSError, http.client.HTTPException):
            line.close()
            lines.pop(parts.netloc, None)
            if is_fresh:
                return None
    return None
