"""The Chalice application: registration only; the handlers are in chalicelib/entrypoints.

Lambda starts the API's function by this module and every other function by its own, so the API
registers, and loads, nothing but its routes there.
"""

from __future__ import annotations

import os

from chalice import Chalice

from chalicelib.entrypoints import auth, web
from chalicelib.entrypoints.rest import about, access, demos, handover, inspection, pools, shares
from chalicelib.entrypoints.rest.http import explain

app = Chalice(app_name="stelligent-demo")
app.register_middleware(explain, "http")
for routes in (auth, demos, inspection, pools, about, access, handover, shares, web):
    app.register_blueprint(routes.bp)

if "_HANDLER" not in os.environ:
    from chalicelib.entrypoints import events, loop
    from chalicelib.entrypoints.slack import functions as slack

    for functions in (loop, events, slack):
        app.register_blueprint(functions.bp)
