"""The deeds of the 议事厅, and its part in rounds of voting."""

from fundapp.council.commands.bodies import (
    AddMember,
    ChangeCharter,
    MakeBody,
    add_member,
    change_charter,
    end_membership,
    make_body,
)
from fundapp.council.commands.lots import AnnounceLot, DrawLot, announce_lot, draw_lot
from fundapp.council.commands.rounds import ConfirmSelection, apply_result, confirm_selection, take_into_round
from fundapp.council.commands.sessions import (
    CallSession,
    CloseSession,
    DecideItem,
    RecordAttendance,
    Recuse,
    WriteMinutes,
    call_session,
    close_session,
    decide_item,
    record_attendance,
    recuse,
    write_minutes,
)

__all__ = [
    "AddMember",
    "AnnounceLot",
    "CallSession",
    "ChangeCharter",
    "CloseSession",
    "ConfirmSelection",
    "DecideItem",
    "DrawLot",
    "MakeBody",
    "RecordAttendance",
    "Recuse",
    "WriteMinutes",
    "add_member",
    "announce_lot",
    "apply_result",
    "call_session",
    "change_charter",
    "close_session",
    "confirm_selection",
    "decide_item",
    "draw_lot",
    "end_membership",
    "make_body",
    "record_attendance",
    "recuse",
    "take_into_round",
    "write_minutes",
]
