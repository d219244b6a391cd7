"""The cost of one operation as the data grow. So far: reads of the cluster registry at 1,000, 10,000
and 100,000 clusters, with --rows up to a million, on SQLite and PostgreSQL; it must stay within 1.3
times that at 1,000. Nothing is kept in the process (--read_cache_bytes=0), so that every read is one of
the database.
"""

import registry_read

SIZES = (1_000, 10_000, 100_000)
ROWS_MAX = 1_000_000


def sizes_to(rows):
    """The sizes below so many, and so many."""
    return tuple(size for size in SIZES if size < rows) + (rows,)


def run(rounds, seconds, sizes=SIZES):
    """Runs all rounds and returns the report."""
    return registry_read.run(rounds, seconds, sizes=sizes, yardsticks=(), name="growth",
                             shares=(), keeps=False)


table, figures, goals_of = registry_read.table, registry_read.figures, registry_read.goals_of
