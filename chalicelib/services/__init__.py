"""The use cases: each works through ports and knows nothing of AWS or HTTP."""
