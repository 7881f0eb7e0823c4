"""The words of check-ins: short, of everyday use, for tired people."""

from __future__ import annotations

from wellbeing.flags import ACT_WORDS, Sharing

QUESTIONS = {
    "energy": ("How much energy do you have?", ("Plenty", "Enough", "Some", "Little", "None")),
    "load": ("How heavy was this week?", ("Light", "Fine", "Medium", "Heavy", "Too much")),
    "rest": ("How well do you rest?", ("Very well", "Well", "So-so", "Badly", "Hardly")),
}
SHARING_WORDS = {
    Sharing.NOBODY: ("Nothing, to nobody", "This is how it is until you change it."),
    Sharing.CONTACT: ("That I would like to be contacted", "Not how my weeks are."),
    Sharing.LEVEL: ("That, and how the week is in one word", "Fine, so-so, hard or very hard. Never my answers."),
}
READ = "read"
DONE_WORDS = {READ: "read it"} | {act: words[0].lower() + words[1:] for act, words in ACT_WORDS.items()}
"""What a listener did, after their name: "Kim: we talked"."""
