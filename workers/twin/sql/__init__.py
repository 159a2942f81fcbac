"""The SQL side of a frontend: which statements exist, who may send them, which frontend answers, and with what."""
