"""One declaration per dataset field; everything that describes the data is generated from it.

``vocabulary`` holds the closed lists, ``datasets`` the fields. From them come the Arrow schemas (``arrow``),
the Great Expectations suites (``expectations``), the data dictionary ``schemas/README.md`` (``dictionary``)
and the Frictionless descriptor ``datapackage.json`` (``datapackage``). Nothing here imports the other
folders, pandas or Great Expectations at import time: worker processes load it in milliseconds.
"""
