"""Ears and voice: Slack in (commands, clicks, forms) and Slack out (blocks, threads)."""
