"""Programmes and their policy versions."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from fundapp.db.base import Base, Numbered
from fundapp.db.guards import append_only, refuse
from fundapp.db.types import CanonicalJson


class Programme(Numbered, Base):
    """The programme of a year; its money is the pool of the same number in the foundation's book."""

    __tablename__ = "programme"
    __table_args__ = (
        UniqueConstraint("place_id", "year", "name"),
        CheckConstraint("year BETWEEN 2000 AND 2200", name="year_known"),
        {"info": {"sealed": True}},
    )

    place_id: Mapped[int] = mapped_column(ForeignKey("place.id"))
    year: Mapped[int]
    name: Mapped[str] = mapped_column(String(80))
    foundation_name: Mapped[str] = mapped_column(String(120))
    opened_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    opened_at: Mapped[datetime]


class PolicyVersion(Numbered, Base):
    """One version of a programme's rules: ``parts`` by subject, with the hash of their canonical bytes.

    Each is a draft until ``signers`` people other than its author have signed it. A later version changes the version
    ``base_id`` and may not be signed after ``sign_by``. One without a base begins with its last signature: nothing
    rests on an earlier one, so it has no notice and no last day to sign.
    """

    __tablename__ = "policy_version"
    __table_args__ = (
        UniqueConstraint("programme_id", "number"),
        CheckConstraint("number >= 1", name="numbered_from_one"),
        CheckConstraint("number > 1 OR base_id IS NULL", name="first_changes_none"),
        CheckConstraint("(sign_by IS NULL) = (base_id IS NULL)", name="later_ones_signed_in_time"),
        CheckConstraint("signers = 2", name="two_sign"),
        CheckConstraint("sign_by <= effective_from", name="signed_before_it_begins"),
        {"info": {"sealed": True}},
    )

    programme_id: Mapped[int] = mapped_column(ForeignKey("programme.id"))
    number: Mapped[int]
    base_id: Mapped[int | None] = mapped_column(ForeignKey("policy_version.id"))
    signers: Mapped[int]
    sign_by: Mapped[datetime | None]
    effective_from: Mapped[datetime]
    parts: Mapped[Any] = mapped_column(CanonicalJson)
    parts_hash: Mapped[str] = mapped_column(String(64))
    made_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    made_at: Mapped[datetime]


class PolicySignature(Numbered, Base):
    """An approver's word on a draft: signed, or refused with a reason, which ends the draft.

    ``parts_hash``: what she read when she said it.
    """

    __tablename__ = "policy_signature"
    __table_args__ = (
        UniqueConstraint("policy_version_id", "signed_by_id"),
        UniqueConstraint("op_key"),
        CheckConstraint("passed OR length(trim(note)) > 0", name="refusal_has_reason"),
        {"info": {"sealed": True}},
    )

    policy_version_id: Mapped[int] = mapped_column(ForeignKey("policy_version.id"))
    parts_hash: Mapped[str] = mapped_column(String(64))
    passed: Mapped[bool]
    note: Mapped[str] = mapped_column(String(400), default="")
    op_key: Mapped[str] = mapped_column(String(36))
    signed_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    signed_at: Mapped[datetime]


append_only("policy_version")
append_only("policy_signature")
append_only("programme")
refuse(
    "policy_author_does_not_sign",
    "policy_signature",
    "INSERT",
    "EXISTS (SELECT 1 FROM policy_version v WHERE v.id = NEW.policy_version_id AND v.made_by_id = NEW.signed_by_id)",
    "nobody signs a policy of her own",
)
refuse(
    "policy_signed_as_read",
    "policy_signature",
    "INSERT",
    "NOT EXISTS (SELECT 1 FROM policy_version v WHERE v.id = NEW.policy_version_id AND v.parts_hash = NEW.parts_hash)",
    "what is signed is what was read",
)
refuse(
    "policy_signed_in_time",
    "policy_signature",
    "INSERT",
    "EXISTS (SELECT 1 FROM policy_version v WHERE v.id = NEW.policy_version_id AND NEW.signed_at > v.sign_by)",
    "a policy takes effect only after its notice",
)
refuse(
    "policy_signed_while_a_draft",
    "policy_signature",
    "INSERT",
    "EXISTS (SELECT 1 FROM policy_signature s WHERE s.policy_version_id = NEW.policy_version_id AND NOT s.passed) OR "
    "(SELECT count(*) FROM policy_signature s WHERE s.policy_version_id = NEW.policy_version_id) >= "
    "(SELECT v.signers FROM policy_version v WHERE v.id = NEW.policy_version_id)",
    "the policy is no draft any more",
)
refuse(
    "policy_signed_on_the_newest",
    "policy_signature",
    "INSERT",
    "EXISTS (SELECT 1 FROM policy_version v JOIN policy_version o ON o.programme_id = v.programme_id "
    "AND o.number > COALESCE((SELECT b.number FROM policy_version b WHERE b.id = v.base_id), 0) AND o.id <> v.id "
    "WHERE v.id = NEW.policy_version_id AND (SELECT count(*) FROM policy_signature s "
    "WHERE s.policy_version_id = o.id AND s.passed) >= o.signers)",
    "another policy has been approved since the draft was made",
)
