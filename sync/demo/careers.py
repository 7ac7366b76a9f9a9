"""Groups of the record that follow a career: posts, pay, allowances, ratings, rewards."""

from sync.demo import calendar, reference
from sync.demo.calendar import iso
from sync.demo.life import YEAR, Life

Row = dict[str, str]

_REWARDS = ("LDTT", "LDTT", "CSTDCS", "GK", "GK", "BKB", "CSTDB", "KNC")
_REWARD_LEVEL = {"BKB": "Chủ tịch UBND tỉnh / Bộ trưởng", "CSTDB": "Cấp bộ, ngành, tỉnh"}
_RATINGS = {5: ("HTXS", 91), 9: ("HT", 55)}  # by turn of twelve; the others are good
_JOB = {True: "LDQL", False: "CMNV"}


def work_history(life: Life) -> list[Row]:
    """Posts without gap or overlap; the last one open while serving."""
    starts = _posts(life)
    gap = 1 + int(life.traits.get("gap", "0"))
    rows = []
    for position, (since, movement, agency) in enumerate(starts):
        row = _work_row(life, since, movement, agency)
        if position + 1 < len(starts):
            row["wh_den_ngay"] = iso(starts[position + 1][0] - gap)
        elif life.ended:
            row["wh_den_ngay"] = iso(life.ended)
        rows.append(row)
    if life.status == "01":
        rows.append(_secondment(life))
    return rows


def _posts(life: Life) -> list[tuple[int, str, str]]:
    """First day, movement and agency of each post."""
    code = life.unit.unit_code
    if "moved_from" in life.traits:  # transferred in, the day after the other unit let go
        since = life.as_of - int(life.traits["moved_days"])
        return [(life.recruited, "TD", life.traits["moved_from"]), (since, "DD", code)]
    starts = [(life.recruited, "TD", _first_agency(life))]
    if starts[0][2] != code:
        starts.append((_reorganised_on(life), "TN", code))
    joined = starts[-1][0]
    if life.until - joined > 2000 and ("posts" in life.traits or life.chance() < 0.5):
        starts.append((life.between(joined + 700, life.until - 900), "DD", code))
    if life.post and life.post_since > starts[-1][0] + 30:
        starts.append((life.post_since, life.post.movement, code))
    if life.ended:
        starts.append((life.ended, life.movement, code))
    return starts


def _first_agency(life: Life) -> str:
    """A predecessor of a merged unit, for those who were recruited well before the merger."""
    known = reference.PREDECESSORS.get(life.unit.unit_code)
    if known and ("commune" in life.traits or life.chance() < 0.5):
        code, closed = known[life.number % len(known)]
        if life.recruited < closed - 400 and closed + 120 < life.until:
            return code
    return life.unit.unit_code


def _reorganised_on(life: Life) -> int:
    known = reference.PREDECESSORS[life.unit.unit_code]
    return known[life.number % len(known)][1]


def _work_row(life: Life, since: int, movement: str, agency: str) -> Row:
    name = reference.UNIT_NAMES[agency]
    if "commune" in life.traits and since == life.recruited:
        name = f"UBND xã số {life.number % 40 + 1}, {name}"
    return {
        "wh_tu_ngay": iso(since),
        "wh_ma_co_quan": agency,
        "wh_ten_co_quan": name,
        "wh_vtvl": _JOB[movement in {"BN", "BC"}],
        "wh_loai_bien_dong": movement,
        "wh_so_quyet_dinh": f"{int(life.chance() * 4000) + 1}/QĐ-{agency}",
        "wh_ngay_quyet_dinh": iso(since - 3),
    }


def _secondment(life: Life) -> Row:
    """Seconded to another unit for two years; the post at home stays open."""
    since = life.between(max(life.as_of - 500, life.recruited + 90), life.as_of - 30)
    host = "G09" if life.unit.unit_code != "G09" else "H26"
    row = _work_row(life, since, "BP", host)
    row["wh_den_ngay"] = iso(calendar.years_after(since, 2))  # three at most
    return row


def joined_on(life: Life, posts: list[Row]) -> str:
    """First day at the present unit."""
    code = life.unit.unit_code
    return next(row["wh_tu_ngay"] for row in posts if row["wh_ma_co_quan"] == code)


def salary_current(life: Life) -> Row:
    """The pay of today, and the leadership post that goes with it."""
    row = {
        "sal_ma_ngach": life.rank,
        "sal_tu_ngay_ngach": iso(life.rank_since),
        "sal_bac": str(life.step),
        "sal_he_so": life.grade.coefficients[life.step - 1],
        "sal_tu_ngay_bac": iso(life.step_since),
        "sal_phan_tram": _percent(life),
        "sal_chuc_vu": "KHONG",
    }
    beyond = beyond_frame(life)
    if beyond:
        row["sal_vuot_khung"] = str(beyond)
    if life.post:
        row["sal_chuc_vu"] = life.post.code
        row["sal_hs_pccv"] = life.post.allowance
        row["sal_ngay_bn_lan_dau"] = iso(life.post_since)
        again = calendar.years_after(life.post_since, 5)
        if again <= life.until:
            row["sal_ngay_bn_lai"] = iso(again)
        if life.category == "CB":
            row["sal_nhiem_ky"] = "2026-2031"
    return row


def _percent(life: Life) -> str:
    return "85" if life.as_of - life.recruited < 365 and not life.ended else "100"


def beyond_frame(life: Life) -> int:
    """Percent beyond the frame: 5 after a whole term on the last step, then one a year."""
    if life.step < life.grade.last:
        return 0
    years = int((life.until - life.step_since - 1) / YEAR)
    return 5 + years - life.grade.years if years >= life.grade.years else 0


def salary_history(life: Life) -> list[Row]:
    """Up to four steps of the present rank, before them the rank below; the last is open."""
    years = life.grade.years
    first = max(life.first_step, life.step - 3)
    steps = [
        (calendar.years_after(life.rank_since, (n - life.first_step) * years), life.rank, n)
        for n in range(first, life.step + 1)
    ]
    if first == life.first_step and life.rank_since > life.recruited + 1200:
        steps.insert(0, (life.rank_since - 900, _lower_rank(life), 3))
    gap = 1 + int(life.traits.get("gap", "0"))
    rows = []
    for position, (since, rank, step) in enumerate(steps):
        row = {
            "sh_tu_ngay": iso(since),
            "sh_ngach": rank,
            "sh_bac": str(step),
            "sh_he_so": _coefficient(life, rank, step),
            "sh_phan_tram": "100",
        }
        if position + 1 < len(steps):
            row["sh_den_ngay"] = iso(steps[position + 1][0] - gap)
        elif life.ended:
            row["sh_den_ngay"] = iso(life.ended)
        rows.append(row)
    rows[-1]["sh_phan_tram"] = _percent(life)
    return rows


def _lower_rank(life: Life) -> str:
    """The rank held before: of the group below, or another one of the same group."""
    kind = reference.STAFF_KIND[life.category]
    below = reference.LOWER_GROUP.get(life.grade.group, life.grade.group)
    ranks = reference.RANKS[kind, life.traits.get("from_group", below)]
    start = life.number % len(ranks)
    return next((c for c in ranks[start:] + ranks if c != life.rank), ranks[0])


def _coefficient(life: Life, rank: str, step: int) -> str:
    if rank == life.rank:
        return life.grade.coefficients[step - 1]
    group = reference.GROUP_OF_RANK[rank]
    return reference.GRADES[reference.STAFF_KIND[life.category], group].coefficients[step - 1]


def allowances(life: Life) -> list[Row]:
    """Each in the one unit its type is given in: coefficient or percent."""
    since = iso(max(life.recruited, life.until - 1200))
    kind = "PCUD" if life.category == "VC" else "PCCVu"
    rows = [{"al_tu_ngay": since, "al_loai": kind, "al_phan_tram": "25", "al_hinh_thuc": "TL"}]
    if life.unit.is_province and life.chance() < 0.4:
        coefficient = ("0.1", "0.2", "0.3", "0.5", "0.7")[int(life.chance() * 5)]
        rows.append({"al_tu_ngay": since, "al_loai": "PCKV", "al_he_so": coefficient})
    if life.post:
        rows.append(
            {
                "al_tu_ngay": iso(life.post_since),
                "al_loai": "PCCV",
                "al_he_so": life.post.allowance,
            }
        )
    beyond = beyond_frame(life)
    if beyond:
        rows.append({"al_tu_ngay": since, "al_loai": "PCTNVK", "al_phan_tram": str(beyond)})
    if life.ended:
        for row in rows:
            row["al_den_ngay"] = iso(life.ended)
    return rows


def evaluations(life: Life) -> list[Row]:
    """One rating a year up to the last whole year of service; scores since 2025."""
    last = calendar.year_of(life.until) - 1
    first = max(calendar.year_of(life.recruited), last - 4)
    authority = life.unit.name_vi
    rows = []
    for year in range(first, last + 1):
        turn = (life.number + year) % 12
        result, score = _RATINGS.get(turn, ("HTT", 74))
        if year == last and "discipline" in life.traits:
            result, score = "KHT", 40
        row = {"ev_ket_qua": result, "ev_nam": str(year), "ev_tham_quyen": authority}
        if year >= 2025:
            row["ev_diem"] = f"{score + int(life.chance() * 8)}.{int(life.chance() * 10)}"
        rows.append(row)
    return rows


def rewards(life: Life) -> list[Row]:
    """A reward for most, after recruitment."""
    if life.chance() < 0.35 or life.until - life.recruited < 400:
        return []
    form = _REWARDS[int(life.chance() * len(_REWARDS))]
    day = life.between(life.recruited + 300, life.until - 15)
    return [
        {
            "rw_hinh_thuc": form,
            "rw_ngay_qd": iso(day),
            "rw_cap_qd": _REWARD_LEVEL.get(form, life.unit.name_vi),
        }
    ]


def disciplines(life: Life) -> list[Row]:
    """One in the last rated year for those whose traits ask for it; nothing for others."""
    form = life.traits.get("discipline")
    if form is None:
        return []
    year = calendar.year_of(life.until) - 1
    return [
        {
            "dc_hinh_thuc": form,
            "dc_ngay_qd": f"{year}-05-12",
            "dc_ly_do": "Vi phạm quy chế làm việc",
            "dc_ngay_het": f"{year + 1}-05-12",
        }
    ]
