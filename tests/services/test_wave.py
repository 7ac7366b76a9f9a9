"""One wave of a small pretend country, over sockets and files, into the register."""

from collections.abc import Callable

from tests.services.pretend import Pretend


def test_a_second_wave_over_an_unchanged_country_changes_nothing(
    pretend: Callable[..., Pretend],
) -> None:
    country = pretend(people=20)
    first = country.wave()
    documents = country.one("SELECT count(*) FROM landing.document")
    versions = country.one("SELECT count(*) FROM register.dossier_version")
    findings = country.one("SELECT count(*) FROM quality.finding")

    second = country.wave()

    assert first["outcomes"] == second["outcomes"]
    assert sum(item["added"] for item in first["admitted"]) > 500
    assert sum(item["added"] + item["changed"] for item in second["admitted"]) == 0
    assert country.one("SELECT count(*) FROM landing.document") == documents
    assert country.one("SELECT count(*) FROM register.dossier_version") == versions
    assert country.one("SELECT count(*) FROM quality.finding") == findings
