"""What the service runs on, described once: its functions, its alarms and its dashboard are rows.

`template` completes `.chalice/resources.yaml`, which holds what is particular, by what every row
has; `tools.packaging` hands the whole to Chalice.
"""
