"""A pull holds a page or two, however many there are."""

import tracemalloc
from pathlib import Path

import pytest

from tests.sources.servers import Request, json_reply, serving
from tests.sources.vendors import Vendor, all_vendors

PAGE_SIZE = 100


def peak_of(vendor: Vendor, page_count: int) -> tuple[int, int]:
    """Documents and peak bytes of one pull; its pages are made as they are asked for."""
    items = [{"ho_so": {"so_ho_so": f"K{n}", "ho_ten": "x" * 2000}} for n in range(PAGE_SIZE)]

    def talk(request: Request) -> object:
        number = int(request.query["page"])
        rows = items if number <= page_count else []
        rows = [{**row, "page": number} for row in rows]
        return json_reply({"data": {"items": rows, "total": page_count * PAGE_SIZE}})

    with serving(talk) as server:  # type: ignore[arg-type]  # a talk of its own shape
        connector = vendor.connect(server.address, "K", page_size=PAGE_SIZE)
        tracemalloc.start()
        count = sum(len(page.documents) for page in connector.pages())
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        connector.close()
    return count, peak


@pytest.mark.parametrize("name", ["hrm_trang"])
def test_memory_does_not_grow_with_the_number_of_pages(name: str) -> None:
    vendor = all_vendors(Path())[name]
    peak_of(vendor, 1)
    few_count, few_peak = peak_of(vendor, 5)
    many_count, many_peak = peak_of(vendor, 60)
    assert (few_count, many_count) == (500, 6000)
    assert many_peak < 1.5 * few_peak
