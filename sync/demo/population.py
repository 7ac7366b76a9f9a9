"""The pretend population register: knows everybody by number, and is wrong about some.

Nobody is kept: the serial of a number leads back to the person, who is then built anew.
"""

import threading
import time
from bisect import bisect_right
from collections.abc import Iterator
from functools import cached_property

import orjson

from sync.demo.country import Country
from sync.demo.defects_population import SAYS, Said
from sync.demo.people import one
from sync.demo.protocols import Answered, Asked
from sync.demo.registry import population_secret

PATH = "/doi-chieu"
MOST_AT_ONCE = 500
LATER_EVERY, SLOW_ONE, SLOW_S = 40, 3, 0.5


class PopulationDesk:
    """Answers about many people at once; safe to ask from many threads."""

    def __init__(self, country: Country) -> None:
        self._country = country
        self._firsts = [unit.first_number for unit in country.units]
        self._asked = 0
        self._lock = threading.Lock()

    def answer(self, asked: Asked) -> Answered:
        """What the register says; now and then "later", once slowly."""
        if asked.path != PATH or asked.method != "POST":
            return Answered(404, b"{}")
        if asked.headers.get("authorization") != f"Bearer {population_secret(self._country)}":
            return Answered(401, b"{}")
        with self._lock:
            self._asked += 1
            turn = self._asked
        if turn % LATER_EVERY == 0:
            return Answered(429, b"{}", {"Retry-After": "1"})
        if turn == SLOW_ONE:
            time.sleep(SLOW_S)
        try:
            questions = orjson.loads(asked.body)["yeu_cau"]
            answers = [self._about(question) for question in questions]
        except (ValueError, KeyError, TypeError):
            return Answered(400, b"{}")
        if len(answers) > MOST_AT_ONCE:
            return Answered(413, b"{}")
        return Answered(200, orjson.dumps({"ket_qua": answers}))

    def _about(self, question: dict[str, str]) -> dict[str, object]:
        said = self.find(question["so_dinh_danh"])
        return {"ref": question["ref"], "tim_thay": said is not None, **(said or {})}

    def find(self, number: str) -> Said | None:
        """What the register holds under a number; None when it knows nobody."""
        for unit_code, position in (*self._places(number), *self._second(number)):
            main = one(self._country.entry(unit_code, position).person, "person")
            if main.get("so_dinh_danh") == number:
                said = {
                    "ho_ten": main.get("ho_va_ten", ""),
                    "ngay_sinh": main.get("ngay_sinh", ""),
                    "gioi_tinh": main.get("gioi_tinh", ""),
                }
                return self._wronged(unit_code, position, said)
        return None

    def _places(self, number: str) -> Iterator[tuple[str, int]]:
        """Whose number it may be: a big country uses each serial with several prefixes."""
        country = self._country
        for person in country.numbers_of_serial(int(number[6:])):
            unit = country.units[bisect_right(self._firsts, person) - 1]
            position = person - unit.first_number
            # whoever a unit's system forgets today is a person all the same
            if position < max(unit.size, country.announced(unit.unit_code)):
                yield unit.unit_code, position

    def _second(self, number: str) -> Iterator[tuple[str, int]]:
        """Where a number stands that was made from another person's: a few, built once."""
        if number in self._seconds:
            yield self._seconds[number]

    @cached_property
    def _seconds(self) -> dict[str, tuple[str, int]]:
        places = self._country.plan.places
        seconds = (
            (unit_code, position)
            for unit_code, of_unit in places.items()
            for position, place in of_unit.items()
            if place.partner and not place.is_origin
        )
        return {self._number_at(*second): second for second in seconds}

    def _number_at(self, unit_code: str, position: int) -> str:
        person = self._country.entry(unit_code, position).person
        return one(person, "person").get("so_dinh_danh", "")

    def _wronged(self, unit_code: str, position: int, said: Said) -> Said | None:
        place = self._country.plan.at(unit_code, position)
        codes = [kind.code for kind in place.kinds] if place else []
        if place and place.edge:
            codes.append(place.edge.code)
        for code in codes:
            if code in SAYS:
                return SAYS[code](said)
        return said
