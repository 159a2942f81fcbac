"""The twin on the wire: MySQL protocol per frontend, a control API, frontends' health. Loopback only."""
