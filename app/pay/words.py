"""What the states and kinds of pay are called on pages."""

from __future__ import annotations

from app.pay.models import SlipKind
from payroll.funds import Category
from payroll.payout import Method, Share, State
from payroll.rates import Premium

ACTIVITY_WORDS = {
    "shift": "Shift",
    "training": "Training",
    "meeting": "Meeting",
    "debrief": "Debrief",
    "travel": "Travel time",
    "quiet": "Quiet work",
    "stand_down": "Stand-down",
    "cancellation": "Called off late",
    "other": "Other work",
}
PREMIUM_WORDS = {
    Premium.NIGHT: "Night",
    Premium.WEEKEND: "Weekend",
    Premium.LATE_CHANGE: "Late change",
    Premium.DEMANDING: "Demanding work",
}
BASIS_WORDS = {"hour": "an hour", "shift": "a shift", "percent": "% of basic pay"}
METHOD_WORDS = {
    Method.CASH: "Cash",
    Method.TRANSFER: "E-transfer",
    Method.CHEQUE: "Cheque",
    Method.CARD: "Prepaid card",
}
SHARE_WORDS = {
    Share.ALL: "All of it",
    Share.HALF: "Half now, half later",
    Share.PART: "Another part of it",
    Share.AHEAD: "Ahead of the work",
}
STATE_WORDS = {
    State.ASKED: "Needs approval",
    State.APPROVED: "Ready to pay",
    State.SENDING: "Being paid",
    State.UNKNOWN: "Not known: ask",
    State.PAID: "Paid",
    State.CANCELLED: "Cancelled",
    State.VOID: "Taken back",
}
STATE_BADGES = {
    State.ASKED: "note",
    State.APPROVED: "good",
    State.SENDING: "warn",
    State.UNKNOWN: "bad",
    State.PAID: "good",
    State.CANCELLED: "",
    State.VOID: "",
}
CATEGORY_WORDS = {
    Category.HONORARIA: "Honoraria",
    Category.TRAINING: "Training and meetings",
    Category.TRAVEL: "Travel",
    Category.FOOD: "Food",
    Category.CHILDCARE: "Childcare",
    Category.SUPPLIES: "Supplies",
    Category.OTHER: "Other",
}
EXPENSE_CATEGORIES = (Category.TRAVEL, Category.FOOD, Category.CHILDCARE, Category.SUPPLIES, Category.OTHER)
SLIP_WORDS = {
    SlipKind.OPENING: "Opened",
    SlipKind.TOP_UP: "Put in from the bank",
    SlipKind.TO_BANK: "Taken to the bank",
    SlipKind.PAYOUT: "Paid out",
    SlipKind.TAKEN_BACK: "Put back",
    SlipKind.COUNT: "Counted",
    SlipKind.SURPRISE: "Surprise count",
    SlipKind.CLOSING: "Counted and closed",
    SlipKind.HAND_OVER: "Handed over",
}
LINE_WORDS = {"basic": "Basic pay"} | {str(key): words for key, words in PREMIUM_WORDS.items()}


def expense_words(category: str) -> str:
    """What an expense was for, as a line of a statement says it."""
    return f"Expense: {CATEGORY_WORDS[Category(category)].lower()}"
