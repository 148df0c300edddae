"""Great Expectations' own Data Docs, from the validations that the gates made in this process.

They hold expectations and figures; no expectation of the gates returns rows or values of people.
They load their style from public hosts, so offline they are bare: our own page is page.py.
"""

from __future__ import annotations

import shutil
from pathlib import Path

from orchestration.quality import gx_session

FOLDER = "data_docs"
_SITE = "leadscore"


def write_data_docs(folder: Path) -> Path | None:
    """Write Data Docs to `folder/data_docs` in place of older ones; return their first page.

    None when no gate ran in this process: there is nothing to write about.
    """
    if not gx_session.is_started():
        return None
    target = folder / FOLDER
    if target.exists():
        shutil.rmtree(target)
    target.mkdir(parents=True)
    context = gx_session.context()
    site = {
        "class_name": "SiteBuilder",
        "site_index_builder": {"class_name": "DefaultSiteIndexBuilder"},
        "store_backend": {
            "class_name": "TupleFilesystemStoreBackend",
            "base_directory": str(target),
        },
    }
    if _SITE in context.variables.data_docs_sites:
        context.update_data_docs_site(site_name=_SITE, site_config=site)
    else:
        context.add_data_docs_site(site_name=_SITE, site_config=site)
    context.build_data_docs([_SITE])
    return target / "index.html"
