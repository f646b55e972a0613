"""The deeds of the 议事厅, and its part in rounds of voting."""

from fundapp.council.commands.bodies import AddMember, MakeBody, add_member, end_membership, make_body
from fundapp.council.commands.rounds import ConfirmSelection, apply_result, confirm_selection, take_into_round
from fundapp.council.commands.sessions import (
    CallSession,
    CloseSession,
    DecideItem,
    RecordAttendance,
    WriteMinutes,
    call_session,
    close_session,
    decide_item,
    record_attendance,
    write_minutes,
)

__all__ = [
    "AddMember",
    "CallSession",
    "CloseSession",
    "ConfirmSelection",
    "DecideItem",
    "MakeBody",
    "RecordAttendance",
    "WriteMinutes",
    "add_member",
    "apply_result",
    "call_session",
    "close_session",
    "confirm_selection",
    "decide_item",
    "end_membership",
    "make_body",
    "record_attendance",
    "take_into_round",
    "write_minutes",
]
