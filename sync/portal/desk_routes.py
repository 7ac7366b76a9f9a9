"""All routes of the HR desk."""

from fastapi import APIRouter

from sync.portal import (
    desk,
    desk_acts,
    desk_approve,
    desk_codes,
    desk_done,
    desk_fix,
    desk_list,
    desk_lots,
    desk_record,
    desk_search,
    mutes,
    rules_page,
)

router = APIRouter()
for part in (
    desk,
    desk_acts,
    desk_approve,
    desk_codes,
    desk_done,
    desk_fix,
    desk_list,
    desk_lots,
    desk_record,
    desk_search,
    mutes,
    rules_page,
):
    router.include_router(part.router)
