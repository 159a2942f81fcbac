"""What differs between StarRocks releases and matters when one replaces another, as data with its sources."""
