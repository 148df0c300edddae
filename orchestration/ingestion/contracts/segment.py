"""Source `segment`: the tables that Segment writes into a warehouse.

Traits and properties are columns there, so what an account sends beyond the ones named here stays
in `extra`. Traits that people fill with anything are text, so that an odd value costs no row.
"""

from __future__ import annotations

from collections.abc import Mapping

from orchestration.ingestion.contracts.table import ContractType, TableContract, table_contract

# When a call was made, by the clock that Segment corrects, and when it came in and was loaded.
_TIMES: dict[str, ContractType] = {
    "timestamp": "timestamp",
    "original_timestamp": "timestamp",
    "received_at": "timestamp",
    "uuid_ts": "timestamp",
}

_WHO: dict[str, ContractType] = {"anonymous_id": "text", "user_id": "text"}

_CONTEXT: dict[str, ContractType] = {
    "context_page_path": "text",
    "context_page_url": "text",
    "context_campaign_name": "text",
    "context_user_agent": "text",
    "context_traits_email": "text",
}

# Traits of a person: Segment's reserved ones, the common names of others that a lead has, and ids
# of the same person in other systems.
_PERSON: dict[str, ContractType] = {
    "email": "text",
    "first_name": "text",
    "last_name": "text",
    "title": "text",
    "job_title": "text",
    "company": "text",
    "company_name": "text",
    "company_domain": "text",
    "website": "text",
    "industry": "text",
    "company_industry": "text",
    "employees": "text",
    "company_employee_count": "text",
    "annual_revenue": "text",
    "country": "text",
    "address_country": "text",
    "region": "text",
    "lead_source": "text",
    "lifecycle_stage": "text",
    "is_email_opt_out": "text",
    "created_at": "text",
    "hubspot_contact_id": "text",
    "salesforce_lead_id": "text",
    "salesforce_contact_id": "text",
    "marketo_lead_id": "text",
    "pardot_prospect_id": "text",
    "custom_lead_id": "text",
}

_COMPANY: dict[str, ContractType] = {
    "name": "text",
    "website": "text",
    "domain": "text",
    "industry": "text",
    "employees": "text",
    "annual_revenue": "text",
    "country": "text",
    "address_country": "text",
}

SEGMENT: Mapping[str, TableContract] = {
    "tracks": table_contract(
        "id",
        id="text",
        **_WHO,
        event="text",
        event_text="text",
        **_CONTEXT,
        # Properties, where all events are landed as one table with them.
        email_id="text",
        campaign_name="text",
        form_name="text",
        label="text",
        message_body="text",
        **_TIMES,
    ),
    "pages": table_contract(
        "id",
        id="text",
        **_WHO,
        path="text",
        url="text",
        **_CONTEXT,
        **_TIMES,
    ),
    "identifies": table_contract("id", id="text", **_WHO, **_PERSON, **_TIMES),
    "users": table_contract("id", id="text", **_PERSON, received_at="timestamp"),
    "groups": table_contract("id", id="text", group_id="text", **_WHO, **_COMPANY, **_TIMES),
    "accounts": table_contract("id", id="text", **_COMPANY, received_at="timestamp"),
}
