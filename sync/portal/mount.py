"""The portal below a path of another application, which adds no guard and runs no lifespan."""

import logging
import threading

from starlette.concurrency import run_in_threadpool
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from sync.model.errors import SyncError

log = logging.getLogger(__name__)

NOT_NOW = 503
HERE = "/"  # a host whose pages begin at its own root


class MountedPortal:
    """The same portal as its own process serves, made when it is first asked for.

    A portal without its secrets or its database must not keep the host - Airflow's API, which
    every task needs - from starting: it answers 503 and tries again with the next request.
    """

    def __init__(self) -> None:
        self._app: ASGIApp | None = None
        self._making = threading.Lock()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand the request to the portal."""
        app: ASGIApp
        try:
            app = self._app if self._app is not None else await run_in_threadpool(self._made)
        except SyncError as error:
            log.error("portal_not_mounted kind=%s reason=%s", type(error).__name__, error)
            app = PlainTextResponse("The portal is not available now.\n", status_code=NOT_NOW)
        await app(scope, receive, send)

    def _made(self) -> ASGIApp:
        # Imported when asked for: a host loads its plugins in processes that serve no page.
        from sync.portal.main import create
        from sync.settings import get_settings

        with self._making:
            if self._app is None:
                app = create()
                app.state.airflow_url = get_settings().airflow_url or HERE
                self._app = app
            return self._app
