"""The law of money: what work is paid, how it is written down, and what must hold when it changes hands.

Pure: plain Python over frozen values. Instants, days, zones and keys come in as arguments.
"""

from __future__ import annotations
