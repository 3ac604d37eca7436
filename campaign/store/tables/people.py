"""What staff and sources say about who is one person, and which addresses were erased."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from campaign.store.tables.base import Base, Id


class PersonDecision(Base):
    """Staff's word about two accounts: one person, or not. One taken back stays on record and no longer holds."""

    __tablename__ = "person_decision"
    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=True)
    kind: Mapped[str] = mapped_column(String(8))
    """merge, apart."""
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    other_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    """Always the greater of the two."""
    reason: Mapped[str] = mapped_column(Text)
    decided_at: Mapped[datetime]
    decided_by: Mapped[str] = mapped_column(String(255))
    undone_at: Mapped[datetime | None]
    undone_by: Mapped[str | None] = mapped_column(String(255))


class AccountLink(Base):
    """An account names a membership of another source: whoever holds it there is the same person."""

    __tablename__ = "account_link"
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), primary_key=True)
    link_key: Mapped[str] = mapped_column(String(255), primary_key=True)
    __table_args__ = (Index("ix_account_link_key", "link_key"),)


class ErasedAddress(Base):
    """The hash of an address whose owner asked to be forgotten: told again, it is nobody's."""

    __tablename__ = "erased_address"
    address_hash: Mapped[str] = mapped_column(String(80), primary_key=True)
    erased_at: Mapped[datetime]
