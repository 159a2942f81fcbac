"""What a worker process holds: settings, Redis, the store, the clusters, the directory of people; made once."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache

from redis import Redis
from slack_directory import Directory  # placeholder

