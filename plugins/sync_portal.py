"""Put the portal into Airflow's menu. No logic here: see sync/portal/app.py."""

from airflow.plugins_manager import AirflowPlugin


class SyncPortalPlugin(AirflowPlugin):
    name = "sync_portal"

    @property
    def external_views(self) -> list[dict[str, str]]:
        from sync.settings import get_settings  # only the API server asks for this

        settings = get_settings()
        return [
            {
                "name": "Connection of the units",
                "href": f"http://{settings.portal_host}:{settings.portal_port}/",
                "destination": "nav",
                "category": "browse",
            }
        ]
