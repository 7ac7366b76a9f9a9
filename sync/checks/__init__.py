"""Rules as Great Expectations suites, and one statement a relation that finds failing rows.

Importing this package stays cheap; `conditions` imports Great Expectations (seconds). Its
telemetry is switched off here, before anything below can import it.
"""

import os

os.environ["GX_ANALYTICS_ENABLED"] = "false"  # noqa: TID251 - written for a library, not read
