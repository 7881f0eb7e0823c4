"""Whole rosters of single workers as the columns of a linear program: proved bounds, and rosters near them."""
