"""Decides, from AWS's own facts, whether AWS would let the service and its stacks do what they do.

`policy` decides one request, `requests` says which requests CloudFormation makes for a
resource, `check` puts both to every template, and `python -m tools.rights` prints the verdict.
"""
