"""Under whose name the embedded server runs: PostgreSQL refuses to run as root."""

import os
import pwd
import shutil
import stat
import subprocess
from dataclasses import dataclass
from pathlib import Path

from sync.model.errors import ConfigurationError

ACCOUNT = "cbccvc-postgres"
FALLBACK_ACCOUNT = "nobody"  # where an image has no useradd


@dataclass(frozen=True, slots=True)
class ServerUser:
    """The account that owns the data folder and runs the server; None: our own."""

    uid: int | None
    gid: int | None

    def own(self, path: Path) -> None:
        """Give a file or folder to the account."""
        if self.uid is not None and self.gid is not None:
            os.chown(path, self.uid, self.gid)

    def let_through(self, path: Path) -> None:
        """Let the account walk down to a folder (walk, not list) when we are root."""
        if self.uid is None:
            return
        for folder in [path, *path.parents]:
            mode = folder.stat().st_mode
            if not mode & stat.S_IXOTH:
                folder.chmod(mode | stat.S_IXOTH)

    def let_read(self, tree: Path) -> None:
        """Let the account read and run programs, also those installed under umask 077."""
        if self.uid is None:
            return
        self.let_through(tree)
        for path in tree.rglob("*"):
            mode = path.stat().st_mode
            wanted = mode | stat.S_IROTH
            if path.is_dir() or mode & stat.S_IXUSR:
                wanted |= stat.S_IXOTH
            if wanted != mode:
                path.chmod(wanted)


def choose_server_user() -> ServerUser:
    """Ourselves; when we are root, an account of its own without a login.

    Raises:
        ConfigurationError: we are root and no account can be made or found.
    """
    if os.geteuid() != 0:
        return ServerUser(None, None)
    account = _find(ACCOUNT) or _made(ACCOUNT) or _find(FALLBACK_ACCOUNT)
    if account is None:
        raise ConfigurationError(
            "PostgreSQL does not run as root and no other account was found:"
            f" create one with `useradd --system {ACCOUNT}`."
        )
    return ServerUser(account.pw_uid, account.pw_gid)


def _find(name: str) -> pwd.struct_passwd | None:
    try:
        return pwd.getpwnam(name)
    except KeyError:
        return None


def _made(name: str) -> pwd.struct_passwd | None:
    program = shutil.which("useradd", path="/usr/sbin:/sbin:/usr/bin:/bin")
    if program is None:
        return None
    command = [program, "--system", "--user-group", "--no-create-home"]
    subprocess.run(  # noqa: S603 - fixed words; a failure shows as "not found" below
        [*command, "--shell", "/usr/sbin/nologin", name], capture_output=True, check=False
    )
    return _find(name)
