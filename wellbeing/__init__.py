"""The law of care: questionnaires and their scores, trends, strain, flags and figures of groups. Never sees a name.

Standard library only. People are opaque ids (`respondent`), times are numbers that the caller counts.
"""
