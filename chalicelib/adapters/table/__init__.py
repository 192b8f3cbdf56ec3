"""The service's table: single-table design, one class for each port it stands behind.

Keys: DEMO#<id> holds DEMO (the record), LEASE and EVENT#<time>…; OWNER#<owner> and TOTAL hold the
quota slots, POOLS the pools. Indexes: by_owner, by_created, and due (sparse: only what the sweep
may have to deal with is in it).
"""

from chalicelib.adapters.table.demos import DemoTable
from chalicelib.adapters.table.leases import LeaseItems
from chalicelib.adapters.table.orphan_notes import OrphanNoteItem
from chalicelib.adapters.table.pools import PoolItems
from chalicelib.adapters.table.quotas import QuotaItems
from chalicelib.adapters.table.signals import LoopSignalItems

__all__ = [
    "DemoTable",
    "LeaseItems",
    "LoopSignalItems",
    "OrphanNoteItem",
    "PoolItems",
    "QuotaItems",
]
