"""The hands of `sr`: the only place that talks to clusters, and the only writer of operation state."""
