"""The columns and types of the tables, as the contract of the source `custom` gives them."""

from __future__ import annotations

import pyarrow as pa

TIME = pa.timestamp("us")
TEXT, NUMBER, COUNT, FLAG = pa.string(), pa.float64(), pa.int64(), pa.bool_()
LEADS = pa.schema(
    {
        "lead_id": TEXT,
        "email": TEXT,
        "first_name": TEXT,
        "last_name": TEXT,
        "job_title": TEXT,
        "company_name": TEXT,
        "company_domain": TEXT,
        "industry": TEXT,
        "employee_count": COUNT,
        "annual_revenue": NUMBER,
        "country": TEXT,
        "region": TEXT,
        "lead_source": TEXT,
        "lifecycle_stage": TEXT,
        "is_email_opt_out": FLAG,
        "created_at": TIME,
        "updated_at": TIME,
        "is_deleted": FLAG,
        # Not in the contract: a company's own columns, which rules can use all the same.
        "plan": TEXT,
        "utm_campaign": TEXT,
    }
)
ACCOUNTS = pa.schema(
    {
        "account_id": TEXT,
        "domain": TEXT,
        "name": TEXT,
        "industry": TEXT,
        "employee_count": COUNT,
        "annual_revenue": NUMBER,
        "country": TEXT,
        "updated_at": TIME,
    }
)
ATTRIBUTES = pa.schema(
    {
        "lead_id": TEXT,
        "attribute": TEXT,
        "value_text": TEXT,
        "value_number": NUMBER,
        "updated_at": TIME,
    }
)
IDENTITIES = pa.schema({"anonymous_id": TEXT, "lead_id": TEXT, "email": TEXT, "occurred_at": TIME})
CONVERSIONS = pa.schema(
    {
        "conversion_id": TEXT,
        "lead_id": TEXT,
        "stage": TEXT,
        "occurred_at": TIME,
        "amount": NUMBER,
        "reason": TEXT,
    }
)
PRIVACY = pa.schema({"lead_id": TEXT, "email": TEXT, "request": TEXT, "requested_at": TIME})
EVENTS = pa.schema(
    {
        "event_id": TEXT,
        "lead_id": TEXT,
        "email": TEXT,
        "anonymous_id": TEXT,
        "event_type": TEXT,
        "asset": TEXT,
        "occurred_at": TIME,
        "loaded_at": TIME,
        "duration_seconds": NUMBER,
        "is_personalized": FLAG,
        "is_automated": FLAG,
        "is_deleted": FLAG,
        "user_agent": TEXT,
        "text": TEXT,
    }
)
# A partner's system writes its times as text.
TEXT_EVENTS = EVENTS.set(EVENTS.get_field_index("occurred_at"), pa.field("occurred_at", TEXT))
