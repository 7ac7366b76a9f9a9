"""What the demo registers is what a steward could have entered."""

import csv
import io
from dataclasses import astuple

from sync.demo.country import USUAL_AS_OF, build_country
from sync.demo.registry import demo_addresses, demo_contacts
from sync.model.notice import plain_address
from sync.services.contacts import COLUMNS, read_contacts


def test_the_invented_contacts_pass_the_check_of_a_stewards_file() -> None:
    country = build_country(1, USUAL_AS_OF, 200)
    invented = demo_contacts(country)
    written = io.StringIO()
    csv.writer(written).writerows([COLUMNS, *map(astuple, invented)])

    assert read_contacts(written.getvalue()) == invented
    assert len({contact.unit_code for contact in invented}) == len(country.units) - 2
    assert all(contact.office_email.endswith(".example") for contact in invented)


def test_notices_go_to_mailboxes_of_offices_that_nobody_has() -> None:
    addresses = demo_addresses(build_country(1, USUAL_AS_OF, 200))

    assert len({address.unit_code for address in addresses}) == len(addresses) == 54
    for address in addresses:
        assert plain_address(address.email) == address.email
        assert address.email == f"phong-tccb@{address.unit_code.lower()}.example"
