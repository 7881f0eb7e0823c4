"""Questionnaires that are not used here, each with its reason."""

from __future__ import annotations

from wellbeing.instrument import Refusal

REFUSED = (
    Refusal("mbi", "Maslach Burnout Inventory", "It is sold by the copy. Using it here would break its licence."),
    Refusal(
        "bat",
        "Burnout Assessment Tool",
        "It is free for research only, and its result is read by an expert. There is none here.",
    ),
    Refusal(
        "pss",
        "Perceived Stress Scale",
        "Use outside research needs leave from its owner, and no line says when to worry.",
    ),
    Refusal(
        "phq",
        "Patient Health Questionnaire (PHQ)",
        "It asks about thoughts of dying. Whoever asks that must be able to act at once, at any hour. Nobody here can.",
    ),
)
