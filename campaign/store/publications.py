"""What is published: public files in their versions, and every snapshot that said something new."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from campaign.domain.errors import NotFound
from campaign.store.engine import insert_into
from campaign.store.locks import AdvisoryLock
from campaign.store.tables import PublicFile, SnapshotRow, TotalRow

OK = 200
TAKEN_BACK = 404


@dataclass(frozen=True, slots=True)
class Body:
    """A public file as rendered: its bytes in each coding prepared, its tag (a digest of the bytes) and type."""

    path: str
    content_type: str
    body: bytes
    gzip: bytes | None
    brotli: bytes | None
    etag: str


@dataclass(frozen=True, slots=True)
class Published:
    """A public file as it stands: `status` is OK, or TAKEN_BACK with nothing in its body."""

    file: Body
    campaign_id: int | None
    status: int
    version: int
    last_modified: datetime


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What was published at `published_at`, and stayed until the next one of its campaign."""

    id: int
    campaign_id: int
    published_at: datetime
    as_of: datetime
    body: Mapping[str, Any]
    last_entry_id: int | None


def lock(session: Session) -> None:
    """Until the end of the transaction nobody else publishes. SQLite has its one writer already."""
    if session.get_bind().dialect.name != "sqlite":
        session.connection().exec_driver_sql(f"SELECT pg_advisory_xact_lock({AdvisoryLock.PUBLICATION.value})")


def last_snapshot_id(session: Session, campaign_id: int) -> int:
    """The newest snapshot that said something new; 0 without any."""
    return session.scalar(select(func.max(SnapshotRow.id)).where(SnapshotRow.campaign_id == campaign_id)) or 0


def last_version(session: Session, campaign_id: int | None = None) -> int:
    """The newest version of any file, or of a campaign's files; 0 without any."""
    query = select(func.max(PublicFile.version))
    if campaign_id is not None:
        query = query.where(PublicFile.campaign_id == campaign_id)
    return session.scalar(query) or 0


def put(
    session: Session, campaign_id: int, files: Iterable[Body], now: datetime, keep: frozenset[str] = frozenset()
) -> int:
    """The campaign's public files are exactly these; returns how many changed. Others it had are taken back.

    `keep`: paths that stay as they are. `last_modified` never goes back. Needs `lock`.
    """
    files = list(files)
    standing = {
        path: (etag, status, modified)
        for path, etag, status, modified in session.execute(
            select(PublicFile.path, PublicFile.etag, PublicFile.status, PublicFile.last_modified).where(
                PublicFile.campaign_id == campaign_id
            )
        )
    }
    version = last_version(session)
    rows: list[dict[str, Any]] = []
    for f in files:
        etag, status, modified = standing.get(f.path, ("", 0, now))
        if (etag, status) != (f.etag, OK):
            version += 1
            rows.append(_row(f, campaign_id, version, OK, max(now, modified)))
    kept = keep | {f.path for f in files}
    for path, (_, status, modified) in standing.items():
        if path not in kept and status == OK:
            version += 1
            rows.append(_row(Body(path, "", b"", None, None, ""), campaign_id, version, TAKEN_BACK, max(now, modified)))
    if rows:
        statement = insert_into(session, PublicFile)
        columns = [name for name in rows[0] if name != "path"]
        session.execute(
            statement.on_conflict_do_update(
                index_elements=["path"], set_={name: statement.excluded[name] for name in columns}
            ),
            rows,
        )
    return len(rows)


def newer_than(session: Session, version: int) -> list[Published]:
    """Files with a version above the one given, in order of version, those taken back included."""
    query = select(PublicFile).where(PublicFile.version > version).order_by(PublicFile.version)
    return [_published(row) for row in session.scalars(query)]


def standing(session: Session) -> list[Published]:
    """Every file that can be asked for now."""
    return [_published(row) for row in session.scalars(select(PublicFile).where(PublicFile.status == OK))]


def campaigns_with_files(session: Session) -> frozenset[int]:
    """Campaigns of which something can be asked for."""
    ids = session.scalars(select(PublicFile.campaign_id).where(PublicFile.status == OK).distinct())
    return frozenset(i for i in ids if i is not None)


def paths_newer_than(session: Session, version: int) -> dict[str, int]:
    """Paths with a version above the one given, those taken back included, each with its version."""
    query = select(PublicFile.path, PublicFile.version).where(PublicFile.version > version)
    rows = session.execute(query)
    return {path: newest for path, newest in rows}  # noqa: C416 - dict() can't be typed from rows


def body_at(session: Session, path: str) -> bytes | None:
    """The bytes published at a path, None when nothing is."""
    return session.scalar(select(PublicFile.body).where(PublicFile.path == path, PublicFile.status == OK))


def total_sums(session: Session) -> dict[int, tuple[int, int, int]]:
    """For each campaign (rows of its totals, sum of amounts, sum of numbers): differs when its number may differ."""
    rows = session.execute(
        select(TotalRow.campaign_id, func.count(), func.sum(TotalRow.amount), func.sum(TotalRow.number)).group_by(
            TotalRow.campaign_id
        )
    )
    return {campaign_id: (number, int(amount), int(count)) for campaign_id, number, amount, count in rows}


# -- snapshots --------------------------------------------------------------------------------------------------------


def keep_snapshot(
    session: Session,
    campaign_id: int,
    *,
    as_of: datetime,
    body: Mapping[str, Any],
    last_entry_id: int | None,
    now: datetime,
) -> None:
    """The snapshot is the newest of its campaign."""
    session.add(
        SnapshotRow(
            campaign_id=campaign_id, published_at=now, as_of=as_of, body=dict(body), last_entry_id=last_entry_id
        )
    )
    session.flush()


def last_snapshot(session: Session, campaign_id: int) -> Snapshot | None:
    """The newest snapshot, None when nothing was ever published."""
    return _first(session, _snapshots(campaign_id))


def snapshot_at(session: Session, campaign_id: int, instant: datetime) -> Snapshot | None:
    """What the banner said at an instant; None before the first publication."""
    return _first(session, _snapshots(campaign_id).where(SnapshotRow.published_at <= instant))


def snapshots(session: Session, campaign_id: int, limit: int, before_id: int | None = None) -> list[Snapshot]:
    """The newest snapshots, newest first; `before_id` to page on."""
    query = _snapshots(campaign_id)
    if before_id is not None:
        query = query.where(SnapshotRow.id < before_id)
    return [_snapshot(row) for row in session.scalars(query.limit(limit))]


def snapshot(session: Session, snapshot_id: int) -> Snapshot:
    """One snapshot. Raises NotFound."""
    row = session.get(SnapshotRow, snapshot_id)
    if row is None:
        raise NotFound("snapshot", snapshot_id)
    return _snapshot(row)


def _snapshots(campaign_id: int) -> Select[SnapshotRow]:
    return (
        select(SnapshotRow)
        .where(SnapshotRow.campaign_id == campaign_id)
        .order_by(SnapshotRow.published_at.desc(), SnapshotRow.id.desc())
    )


def _first(session: Session, query: Select[SnapshotRow]) -> Snapshot | None:
    row = session.scalars(query.limit(1)).first()
    return None if row is None else _snapshot(row)


def _snapshot(row: SnapshotRow) -> Snapshot:
    return Snapshot(row.id, row.campaign_id, row.published_at, row.as_of, row.body, row.last_entry_id)


def _published(row: PublicFile) -> Published:
    file = Body(row.path, row.content_type, row.body, row.gzip, row.brotli, row.etag)
    return Published(file, row.campaign_id, row.status, row.version, row.last_modified)


def _row(file: Body, campaign_id: int, version: int, status: int, modified: datetime) -> dict[str, Any]:
    return {
        "path": file.path,
        "campaign_id": campaign_id,
        "version": version,
        "content_type": file.content_type,
        "status": status,
        "body": file.body,
        "gzip": file.gzip,
        "brotli": file.brotli,
        "etag": file.etag,
        "last_modified": modified,
    }
