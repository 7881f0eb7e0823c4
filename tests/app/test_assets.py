"""Static files: kept for long under an address that changes with them."""

from __future__ import annotations

import re


def test_what_a_page_loads_may_be_kept_for_a_year(bare_app):
    client = bare_app.test_client()
    page = client.get("/sign-in").get_data(as_text=True)
    addresses = re.findall(r'(?:href|src)="(/static/[^"#]+)"', page)
    assert len(addresses) >= 4
    for address in addresses:
        with client.get(address) as response:
            assert response.status_code == 200, address
            assert response.cache_control.max_age == 31_536_000, address


def test_without_its_version_a_file_is_asked_for_again_soon(bare_app):
    with bare_app.test_client().get("/static/css/evenhand.css") as response:
        assert response.cache_control.max_age == 3600
