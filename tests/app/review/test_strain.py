"""What wears in a person's shifts, on the coordinator's board: named, sourced, with what lowers it."""

from __future__ import annotations

from tests.app.review.hands import put


def test_the_board_and_the_persons_page_name_what_wears_with_its_source(town, draft, on, as_):
    put(draft, (town.ana, on(5)), (town.ana, on(7)))
    robin = as_(town.robin)
    page = robin.page(f"/review/{draft}/person/{town.ana}").text
    assert "Night shift" in page
    assert "Sat 5 Dec" in page
    assert "Day work within two days of a night" in page
    assert "Fischer 2017" in page
    assert "Two free days after the last night" in page
    assert "(strain 58)" in page
    assert "%" not in page
    assert "strain 58" in robin.page(f"/review/{draft}/").text
    assert "Nothing that is known to" in robin.page(f"/review/{draft}/person/{town.bo}").text


def test_a_group_changes_what_a_reason_is_worth(town, draft, on, as_):
    put(draft, (town.ana, on(5)))
    robin = as_(town.robin)
    assert "Fischer 2017" in robin.page("/rules/strain").text
    robin.submit("/rules/strain", "", p_night="50")
    assert "(strain 50)" in robin.page(f"/review/{draft}/person/{town.ana}").text
    robin.submit("/rules/strain", "", p_night="0")
    assert "Night shift" not in robin.page(f"/review/{draft}/person/{town.ana}").text
