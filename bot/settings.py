"""Settings: environment, `.env`, and one TOML file for clusters and policy.

`SR_CONFIG` names the TOML file (default `sr.toml`). Secrets come from the environment, or from the file that a variable
with `_FILE` at its end names; they are never in the TOML file. The bot reads no cluster credential: see workers.settings.
"""

import os
from pathlib import Path
from typing import Any, Self

from pydantic import AliasChoices, BaseModel, ConfigDict, Field, SecretStr, ValidationError, field_validator
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from bot.host_settings import HostsEntry
from policies.approval import ApprovalPolicy
from policies.checklist import ChecklistPolicy
from policies.pacing import Pacing


class SettingsError(Exception):
    """The settings cannot be used; the text lists every variable that is wrong, with an example."""


class ClusterEntry(BaseModel):
    """One cluster of the TOML file: where it is and which channels it is bound to; no credential."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    frontends: tuple[str, ...] = Field(min_length=1)
    user: str = "sr_bot"
    channels: tuple[str, ...] = ()
    tls: bool = False
    tls_ca: str = ""
    via: dict[str, str] = Field(default_factory=dict)
    speed: float = Field(default=1.0, gt=0)
    look_every: float = Field(default=30.0, ge=10)
    password_file: str = ""
    hosts: HostsEntry | None = None
    checklist: ChecklistPolicy = ChecklistPolicy()
    policy: dict[str, dict[str, Any]] = Field(default_factory=dict)

    def pacing(self) -> Pacing:
        return Pacing(speed=self.speed, look_every=self.look_every)


class Settings(BaseSettings):
    """What the bot and the notifier need. Environment names carry the prefix SR_, except REDIS_URL."""

    model_config = SettingsConfigDict(env_prefix="SR_", env_file=".env", env_nested_delimiter="__", extra="ignore")

    redis_url: str = Field(
        default="redis://127.0.0.1:6379/0", validation_alias=AliasChoices("REDIS_URL", "SR_REDIS_URL", "redis_url")
    )
    key_prefix: str = "{sr}:"
    slack_bot_token: SecretStr = SecretStr("")
    slack_app_token: SecretStr = SecretStr("")
    slack_signing_secret: SecretStr = SecretStr("")
    slack_api_url: str = "https://slack.com/api/"
    slack_port: int = 0
    slack_timeout_s: float = Field(default=10.0, gt=0)
    audit_path: Path = Path("audit.sqlite3")
    allow_unsafe_redis: bool = False
    policy: dict[str, Any] = Field(default_factory=dict)
    clusters: dict[str, ClusterEntry] = Field(default_factory=dict)

    @field_validator("clusters")
    @classmethod
    def _cluster_names(cls, clusters: dict[str, ClusterEntry]) -> dict[str, ClusterEntry]:
        for name in clusters:
            if not name.replace("-", "").replace("_", "").isalnum() or len(name) > 40:
                raise ValueError(f"cluster name {name!r}: use letters, digits, - and _")
        return clusters

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        toml = TomlConfigSettingsSource(settings_cls, toml_file=Path(os.environ.get("SR_CONFIG", "sr.toml")))
        return init_settings, env_settings, dotenv_settings, toml

    @classmethod
    def load(cls) -> Self:
        """Read and check everything; raises SettingsError with one line for each variable that is wrong."""
        _read_secret_files()
        try:
            return cls()
        except ValidationError as error:
            raise SettingsError(_in_words(error)) from None

    def pacing(self, cluster: str) -> Pacing:
        return self.clusters[cluster].pacing()

    def cluster_of_channel(self, channel: str) -> str | None:
        """The cluster a channel is bound to; None when it is bound to none."""
        return next((name for name, entry in self.clusters.items() if channel in entry.channels), None)

    def approval_policy(self, cluster: str, operation_class: str) -> ApprovalPolicy:
        """The policy for one class of operation: [policy], overlaid by the cluster's `default`, then by the class."""
        entry = self.clusters[cluster]
        merged = {**self.policy, **entry.policy.get("default", {}), **entry.policy.get(operation_class, {})}
        return ApprovalPolicy.model_validate(merged)

    def approver_groups(self) -> frozenset[str]:
        """Every user group that any policy names."""
        layers = [self.policy, *(layer for entry in self.clusters.values() for layer in entry.policy.values())]
        return frozenset(group for layer in layers for group in layer.get("approver_groups", ()))


def _read_secret_files() -> None:
    """`SR_SLACK_BOT_TOKEN_FILE=/run/secrets/x` sets SR_SLACK_BOT_TOKEN, as container platforms mount secrets."""
    for name, path in list(os.environ.items()):
        if name.startswith("SR_") and name.endswith("_FILE") and not os.environ.get(name[:-5]):
            os.environ[name[:-5]] = Path(path).read_text(encoding="utf-8").strip()


def _in_words(error: ValidationError) -> str:
    lines = []
    for problem in error.errors(include_input=False, include_url=False):
        where = ".".join(str(part) for part in problem["loc"])
        lines.append(f"  {where}: {problem['msg']}")
    example = "clusters.prod.frontends: [\"10.84.0.12:9030\"] in the TOML file, SR_SLACK_BOT_TOKEN in the environment"
    return "These settings cannot be used:\n" + "\n".join(lines) + f"\nExample: {example}"
