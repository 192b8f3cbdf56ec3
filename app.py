"""The Chalice application: registration only; the handlers are in chalicelib/entrypoints."""

from __future__ import annotations

from chalice import Chalice

from chalicelib.entrypoints import auth, changes, loop
from chalicelib.entrypoints.rest import about, demos

app = Chalice(app_name="stelligent-demo")
for blueprint in (auth.bp, demos.bp, about.bp, loop.bp, changes.bp):
    app.register_blueprint(blueprint)
