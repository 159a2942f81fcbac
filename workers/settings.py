"""What only the workers know: how to log in to the clusters."""

from pathlib import Path

from pydantic import Field, SecretStr

from bot.settings import Settings, SettingsError


class WorkerSettings(Settings):
    """Settings plus cluster passwords, e.g. SR_PASSWORDS__PROD=... for [clusters.prod] (case does not matter)."""

    passwords: dict[str, SecretStr] = Field(default_factory=dict)
    visibility_s: float = Field(default=30.0, ge=1)

    def password(self, cluster: str) -> SecretStr:
        """The password of the bot's account on a cluster; raises SettingsError naming the variable that is missing."""
        path = self.clusters[cluster].password_file
        if path:
            return SecretStr(Path(path).read_text(encoding="utf-8").strip())
        for name, secret in self.passwords.items():
            if name.lower() == cluster.lower():
                return secret
        raise SettingsError(f"no password for cluster {cluster}: set SR_PASSWORDS__{cluster.upper()} or password_file")
