"""What a StarRocks cluster is made of: nodes, catalog, placement, settings. No time passes here."""
