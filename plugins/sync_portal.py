"""Put the portal into Airflow. No logic here: see sync/portal/mount.py."""

from functools import cached_property
from urllib.parse import urlsplit

from airflow.configuration import conf
from airflow.models.taskinstancekey import TaskInstanceKey
from airflow.plugins_manager import AirflowPlugin
from airflow.sdk import BaseOperator, BaseOperatorLink

PREFIX = "/sync"
PAGES = urlsplit(conf.get("api", "base_url", fallback="/")).path.rstrip("/") + PREFIX
MENU = {"Sync runs": "dot", "Deliveries on hold": "tam-giu", "Source connections": "ket-noi"}


class UnitPageLink(BaseOperatorLink):
    name = "Unit's page"

    def get_link(self, operator: BaseOperator, *, ti_key: TaskInstanceKey) -> str:
        from airflow.models.taskinstance import TaskInstance
        from airflow.utils.session import create_session

        wanted = {n: getattr(ti_key, n) for n in ("dag_id", "run_id", "task_id", "map_index")}
        with create_session() as session:
            task = session.query(TaskInstance).filter_by(**wanted).one_or_none()
            code = (task and task.rendered_map_index) or ""  # before it began, its number only
        return (
            f"{PAGES}/don-vi/{code}/ky-thuat" if code.isalnum() and not code.isdigit() else ""
        )


class SyncPortalPlugin(AirflowPlugin):
    name = "sync_portal"
    external_views = [
        {"name": name, "href": f"{PAGES}/{page}", "destination": "nav", "category": "browse"}
        for name, page in MENU.items()
    ]
    global_operator_extra_links = [UnitPageLink()]

    @cached_property  # asked for again whenever somebody lists the plugins
    def fastapi_apps(self) -> list[dict[str, object]]:
        from sync.portal.mount import MountedPortal

        return [{"app": MountedPortal(), "url_prefix": PREFIX, "name": "Sync portal"}]
