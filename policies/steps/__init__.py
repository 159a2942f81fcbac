"""Steps that playbooks are made of: one node's way in or out of a cluster, in the order that keeps the promises."""
