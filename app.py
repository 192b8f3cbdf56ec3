"""The Chalice application: registration only; the handlers are in chalicelib/entrypoints."""

from __future__ import annotations

from chalice import Chalice

from chalicelib.entrypoints import auth, changes, loop, page
from chalicelib.entrypoints.rest import about, access, demos, inspection, pools, shares
from chalicelib.entrypoints.slack import functions as slack

app = Chalice(app_name="stelligent-demo")
for module in (auth, demos, inspection, pools, about, access, shares, page, loop, changes, slack):
    app.register_blueprint(module.bp)
