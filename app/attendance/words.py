"""Plain words for what is noted on the day."""

from __future__ import annotations

from app.attendance.models import Activity, AttendanceState, NotedVia

ACTIVITY_WORDS = {
    Activity.SHIFT: "Shift",
    Activity.TRAINING: "Training",
    Activity.MEETING: "Meeting",
    Activity.DEBRIEF: "Debrief",
    Activity.TRAVEL: "Travel",
    Activity.QUIET: "Quiet work",
    Activity.STAND_DOWN: "Paid stand-down",
    Activity.CANCELLATION: "Called off late",
    Activity.OTHER: "Other work",
}
ACTIVITY_MEANINGS = {
    Activity.TRAINING: "learning or teaching",
    Activity.MEETING: "a meeting of the group",
    Activity.DEBRIEF: "talking over what happened",
    Activity.TRAVEL: "time on the way",
    Activity.QUIET: "paid time away from the front, for whatever reason",
    Activity.STAND_DOWN: "rest after something hard",
    Activity.CANCELLATION: "a shift that was called off at short notice",
    Activity.OTHER: "say what in the note",
}
STATE_CHOICES = (
    (AttendanceState.LEFT, "Was there, and left"),
    (AttendanceState.HERE, "Is there now"),
    (AttendanceState.ABSENT, "Did not come\nNobody asks why."),
    (AttendanceState.VOID, "Noted by mistake\nNothing counts."),
)
VIA_WORDS = {
    NotedVia.PHONE: "by phone",
    NotedVia.LEAD: "by the lead",
    NotedVia.KIOSK: "at the tablet",
    NotedVia.COORDINATOR: "by a coordinator",
    NotedVia.CLOSED: "by nobody: the end was filled in",
}
