"""The reference table: what past campaigns teach, as it is shipped; made by `campaign.forecast.build`."""

from __future__ import annotations

import io
import zlib
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import numpy as np

from campaign.forecast.history import Array
from campaign.forecast.network import Network

PATH = Path(__file__).with_name("reference") / "table.npz"
STEP = 0.05
"""Likeness features are kept as whole multiples of this."""
OWN_WEIGHT, OWN_CLOSER = 8.0, 0.5
"""The newsroom's own campaigns count this often, and stand this much closer, than those of others."""


@dataclass(frozen=True, slots=True)
class Usual:
    """Inside the table: the distance to the 50th neighbour, its median and what 1 in 200 exceeds."""

    median: float
    far: float


@dataclass(frozen=True, slots=True)
class Past:
    """Moments of ended campaigns, a row each.

    `near`: likeness features, scaled and weighted. `level`: where in its forecast the outcome came, 0 to 1, forecast by
    a rule that had not seen that campaign. `made`: 1 reached its goal, 0 did not, -1 had none. `campaign`: whose row.
    """

    near: Array
    level: Array
    made: Array
    campaign: Array
    weight: Array
    closer: Array
    squares: Array
    """Of each row of `near` the sum of its squares."""


@dataclass(frozen=True, slots=True)
class Table:
    """Everything a forecast needs beside the history it is for.

    `rule_scale`, `near_scale`: (2, F) center and factor of each feature, the factor 0 where it never varied.
    `widths`: (n, 3) share of time, and the factors by which 80 % and 95 % ranges come out as wide as they say.
    `winners`: (21, 3) the share of its total a campaign that made it had by each twentieth of its time: quartiles.
    """

    weekdays: Array
    rule_scale: Array
    near_scale: Array
    networks: tuple[Network, ...]
    past: Past
    usual: Usual
    widths: Array
    winners: Array
    known: frozenset[int]
    """Checksums of the names of the campaigns it was made from."""
    own: int = 0
    """How many of the newsroom's own ended campaigns are in it."""

    def knows(self, keys: Iterable[str]) -> int:
        """How many of these campaigns it was made from."""
        return sum(key_checksum(key) in self.known for key in keys)


def key_checksum(key: str) -> int:
    return zlib.crc32(key.encode())


@cache
def reference() -> Table:
    """The table that is shipped."""
    return read_table(PATH)


def read_table(path: Path) -> Table:
    """The table of a file written by `write_table`."""
    with np.load(path) as kept:
        rows = len(kept["level"])
        networks = tuple(
            Network(
                tuple(np.asarray(kept[f"w{n}_{layer}"], dtype=np.float64) for layer in range(3)),
                tuple(np.asarray(kept[f"b{n}_{layer}"], dtype=np.float64) for layer in range(3)),
            )
            for n in range(int(kept["networks"]))
        )
        near = _from_steps(kept["near"])
        past = Past(
            near=near,
            level=(kept["level"].astype(np.float64) + 0.5) / 256,
            made=kept["made"].astype(np.float64),
            campaign=kept["campaign"].astype(np.int64),
            weight=np.ones(rows),
            closer=np.ones(rows),
            squares=squared(near),
        )
        return Table(
            weekdays=kept["weekdays"],
            rule_scale=kept["rule_scale"],
            near_scale=kept["near_scale"],
            networks=networks,
            past=past,
            usual=Usual(*(float(v) for v in kept["usual"])),
            widths=kept["widths"],
            winners=kept["winners"],
            known=frozenset(int(v) for v in kept["known"]),
        )


def write_table(table: Table, path: Path) -> int:
    """The file holds the table; returns its size in bytes. The same table is the same bytes."""
    kept: dict[str, Array] = {
        "networks": np.array(len(table.networks)),
        "near": _steps(table.past.near),
        "level": _level_bytes(table.past.level),
        "made": table.past.made.astype(np.int8),
        "campaign": table.past.campaign.astype(np.uint16),
        "weekdays": table.weekdays,
        "rule_scale": table.rule_scale,
        "near_scale": table.near_scale,
        "usual": np.array([table.usual.median, table.usual.far]),
        "widths": table.widths,
        "winners": table.winners,
        "known": np.array(sorted(table.known), dtype=np.uint32),
    }
    for n, network in enumerate(table.networks):
        for layer in range(3):
            kept[f"w{n}_{layer}"] = network.weights[layer].astype(np.float16)
            kept[f"b{n}_{layer}"] = network.biases[layer].astype(np.float16)
    packed = io.BytesIO()
    np.savez_compressed(packed, allow_pickle=False, **kept)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(packed.getvalue())
    return len(packed.getvalue())


def as_shipped(table: Table) -> Table:
    """The table as it comes back from its file: with what rounding takes away."""
    rounded = tuple(
        Network(
            tuple(w.astype(np.float16).astype(np.float64) for w in n.weights),
            tuple(b.astype(np.float16).astype(np.float64) for b in n.biases),
        )
        for n in table.networks
    )
    near = _from_steps(_steps(table.past.near))
    level = (_level_bytes(table.past.level).astype(np.float64) + 0.5) / 256
    past = replace(table.past, near=near, level=level, squares=squared(near))
    return replace(table, networks=rounded, past=past)


def squared(near: Array) -> Array:
    return np.einsum("ij,ij->i", near, near)


def _from_steps(steps: Array) -> Array:
    return steps.astype(np.float32) * np.float32(STEP)


def _steps(near: Array) -> Array:
    return np.clip(np.round(near / STEP), -127, 127).astype(np.int8)


def _level_bytes(level: Array) -> Array:
    return np.clip(level * 256, 0, 255).astype(np.uint8)
