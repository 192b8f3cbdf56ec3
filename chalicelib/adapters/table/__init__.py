"""The service's table: single-table design, one class for each port it stands behind.

Keys: DEMO#<id> holds DEMO (the record), LEASE and EVENT#<time>…; OWNER#<owner> and TOTAL hold the
quota slots, POOLS the pools. Indexes: by_owner, by_created, and due (sparse: only what the sweep
may have to deal with is in it).
"""
