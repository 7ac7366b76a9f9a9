"""Every setting in one place, read from the environment (`CBCCVC_...`) once."""

import re
from functools import cache
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from sync.model.errors import ConfigurationError

PREFIX = "CBCCVC_"


class Settings(BaseSettings):
    """Settings; secrets are read by reference (a file's path), never printed."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, extra="ignore")

    home: Path = Field(default=Path(".cbccvc"), description="Where embedded data live.")
    database_url: SecretStr | None = Field(
        default=None,
        description="postgresql+psycopg2://{role}@host:port/cbccvc - any server; {role} is"
        " replaced. Empty: the embedded server below `home`.",
    )
    secrets_dir: Path | None = Field(
        default=None, description="Folder of secret files; default `<home>/secrets`."
    )
    expectations_dir: Path | None = Field(
        default=None,
        description="Folder of suites; default `expectations/` beside the package.",
    )
    timezone: str = "Asia/Ho_Chi_Minh"
    pull_deadline_s: int = 1500
    http_timeout_s: float = 20.0
    http_attempts: int = 4
    batch_documents: int = 1000
    read_batch_documents: int = 100_000
    keep_answers_days: int = Field(
        default=400,
        ge=1,
        description="Ours. Housekeeping keeps entries and documents of past answers this long;"
        " what is present, open or behind a dossier stays for ever.",
    )
    keep_every_answer_days: int = Field(
        default=7,
        ge=1,
        description="Ours. Of answers older than this only the last admitted one of each day"
        " is kept: an hourly answer of 2.5 million people is 60 million entries a day.",
    )
    keep_probes_days: int = Field(
        default=90,
        ge=2,
        description="Ours. Of older probes the last good one of each day is kept, which is all"
        " that the level of a past day needs.",
    )
    keep_waves_days: int = Field(
        default=400,
        ge=2,
        description="Ours. How each unit fared in a wave is kept this long in `landing`; the"
        " pages' copy in `facts` stays.",
    )
    keep_closed_findings_days: int = Field(
        default=730,
        ge=1,
        description="Ours. Questions that were answered are kept this long after they closed.",
    )
    housekeeping_batch_rows: int = Field(
        default=20_000, ge=1, description="Rows that housekeeping removes between two commits."
    )
    population_batch: int = Field(default=200, ge=1, description="People in one question.")
    population_requests_per_s: float = Field(default=5.0, gt=0)
    population_daily_limit: int = Field(
        default=200_000, description="People asked about a day."
    )
    population_valid_days: int = Field(default=30, description="Then an answer is asked anew.")
    population_pause_s: int = Field(default=600, description="Peace for a register that fails.")
    level_reachable_h: int = 24
    level_answer_h: int = 72
    level_filled_ratio: float = 0.95
    level_key_list_h: int = 168
    level_not_admitted_ratio: float = 0.05
    level_complete_ratio: float = 0.98
    level_flag_working_days: int = 3
    portal_host: str = "127.0.0.1"
    portal_port: int = 8600
    portal_is_public: bool = False
    portal_url: str = Field(
        default="",
        description="Where readers reach the portal, as https://host/prefix: links in notices"
        " start with it, an identity provider sends readers back there.",
    )
    portal_hosts: str = Field(
        default="",
        description="Host names the portal answers to, with commas between; empty: any.",
    )
    oidc_issuer: str = Field(
        default="",
        description="Issuer of an OpenID Connect provider that may vouch for accounts; its"
        " client secret is the secret file `oidc_client`. Empty: passwords only.",
    )
    oidc_client_id: str = ""
    smtp_host: str = Field(default="", description="Empty: no notice is sent.")
    smtp_port: int = 587
    smtp_from: str = Field(default="", description="The mailbox that notices come from.")
    smtp_user: str = Field(
        default="", description="Empty: no sign-in; else the secret file `smtp_password`."
    )
    smtp_tls: Literal["starttls", "tls", "none"] = "starttls"
    smtp_timeout_s: float = Field(default=20.0, gt=0)
    airflow_url: str = Field(
        default="",
        description="Where Airflow's pages are, for links from the portal's pages of runs to"
        " their tasks; empty: no links (a portal mounted in Airflow knows where it is).",
    )

    @field_validator("timezone")
    @classmethod
    def _known_zone(cls, name: str) -> str:
        try:
            ZoneInfo(name)
        except ZoneInfoNotFoundError:
            raise ValueError("no such zone") from None
        return name

    @field_validator("portal_url")
    @classmethod
    def _web_address(cls, address: str) -> str:
        if address and not re.fullmatch(r"https?://[\w.:\[\]/~-]+", address, re.ASCII):
            raise ValueError("no web address")
        return address.rstrip("/")

    @property
    def secrets(self) -> Path:
        """The folder that holds one file a secret."""
        return self.secrets_dir or self.home / "secrets"


@cache
def get_settings() -> Settings:
    """The settings of this process.

    Raises:
        ConfigurationError: a setting cannot be what it says; names it, not its value.
    """
    try:
        return Settings()
    except ValidationError as error:
        wrong = sorted({f"{PREFIX}{part['loc'][0]}".upper() for part in error.errors()})
    raise ConfigurationError(
        f"{', '.join(wrong)} cannot be read: correct it, or remove it from the environment."
    )
