"""Source `snowplow`: the one table that Snowplow loads, `atomic.events`.

It has some 130 columns, of which those that scoring reads are named here; the others stay in
`extra`. The two columns of link clicks and forms are JSON, or structs that intake makes JSON of.
"""

from __future__ import annotations

from collections.abc import Mapping

from orchestration.ingestion.contracts.table import TableContract, table_contract

SNOWPLOW: Mapping[str, TableContract] = {
    "events": table_contract(
        "event_id",
        event_id="text",
        event="text",
        event_name="text",
        user_id="text",
        domain_userid="text",
        derived_tstamp="timestamp",
        collector_tstamp="timestamp",
        etl_tstamp="timestamp",
        load_tstamp="timestamp",
        page_url="text",
        page_urlpath="text",
        mkt_campaign="text",
        useragent="text",
        se_category="text",
        se_action="text",
        se_label="text",
        unstruct_event_com_snowplowanalytics_snowplow_link_click_1="text",
        unstruct_event_com_snowplowanalytics_snowplow_submit_form_1="text",
    ),
}
