"""The playground: a strict local Slack with a page, so that anyone can try and test everything without a workspace."""
