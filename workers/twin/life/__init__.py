"""What happens in a cluster by itself as time passes: heartbeats, elections, repair, clones, removal of drained nodes.

Invented figures are named constants, each marked "invented"; everything else cites the StarRocks file it models.
"""
