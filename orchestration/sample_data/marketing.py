"""The tables of source `custom` as Marketo, Pardot, ActiveCampaign and Salesforce would land them.

As in `platforms`, each function takes rows of the contract of `custom` and returns rows of the
platform's raw tables. What a platform has no word for is left out. Pardot and Salesforce show no
user agent and keep out the machines that they know: so do these functions.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterable, Sequence

from orchestration.sample_data.platforms import SITE, Names, Row, Tables, add, agent, text_of

MARKETO_TABLES = {
    "page_view": "activity_visit_webpage",
    "form_submission": "activity_fill_out_form",
    "email_delivered": "activity_email_delivered",
    "email_open": "activity_open_email",
    "email_click": "activity_click_email",
    "email_bounce": "activity_email_bounced",
    "email_unsubscribe": "activity_unsubscribe_email",
    "list_subscription": "activity_add_to_list",
}
MARKETO_SHOWS_AGENT = (
    *("page_view", "form_submission", "email_open", "email_click", "email_unsubscribe"),
)
MARKETO_STATUSES = {
    "webinar_registration": ("Webinar", "Registered"),
    "webinar_attendance": ("Webinar", "Attended"),
    "event_registration": ("Roadshow", "Registered"),
    "event_attendance": ("Roadshow", "Attended"),
}
MARKETO_CODES = {"poll_vote": 401, "ad_click": 132, "social_click": 405}
MARKETO_TYPES = (*MARKETO_TABLES, *MARKETO_STATUSES, *MARKETO_CODES)
PARDOT_CODES = {
    "form_submission": (4, "Form"),
    "content_download": (4, "File"),
    "email_open": (11, "Email"),
    "email_click": (1, "Email"),
    "email_bounce": (13, "Email"),
    "email_unsubscribe": (12, "Email"),
    "email_spam_report": (14, "Email"),
    "chat": (22, "Olark Chat"),
    "webinar_registration": (25, "Webinar"),
    "webinar_attendance": (24, "Webinar"),
    "event_registration": (28, "Event"),
    "event_attendance": (29, "Event"),
    "social_click": (26, "Social Message"),
}
PARDOT_TYPES = ("page_view", "list_subscription", *PARDOT_CODES)
ACTIVECAMPAIGN_WEBHOOKS = {
    "form_submission": "form_submission",
    "page_view": "page_visit",
    "email_open": "open",
    "email_click": "click",
}
ACTIVECAMPAIGN_STATUSES = {"list_subscription": 1, "email_unsubscribe": 2}
ACTIVECAMPAIGN_TYPES = (*ACTIVECAMPAIGN_WEBHOOKS, *ACTIVECAMPAIGN_STATUSES, "email_bounce")
SALESFORCE_STATUSES = {
    "form_submission": (None, "Filled Out Form"),
    "content_download": (None, "Downloaded"),
    "list_subscription": (None, "Subscribed"),
    "email_bounce": (None, "Bounced"),
    "email_unsubscribe": (None, "Unsubscribed"),
    "webinar_registration": ("Webinar", "Registered"),
    "webinar_attendance": ("Webinar", "Attended"),
    "event_registration": ("Roadshow", "Registered"),
    "event_attendance": ("Roadshow", "Attended"),
}
SALESFORCE_TYPES = (*SALESFORCE_STATUSES, "call", "meeting")


def number_of(name: object) -> int:
    """A number that is always the same for a name, as platforms number what they keep."""
    return zlib.crc32(str(name).encode())


# --- Marketo --------------------------------------------------------------------------------------


def marketo_people(leads: Sequence[Row], names: Names) -> Tables:
    """People; those who were deleted are told by an activity."""
    rows = [
        {
            "id": names.contact(lead["lead_id"]),
            "email": lead.get("email"),
            "first_name": lead.get("first_name"),
            "last_name": lead.get("last_name"),
            "title": lead.get("job_title"),
            "company": lead.get("company_name"),
            "website": lead.get("company_domain"),
            "industry": lead.get("industry"),
            "number_of_employees": text_of(lead.get("employee_count")),
            "annual_revenue": text_of(lead.get("annual_revenue")),
            "country": lead.get("country"),
            "lead_source": lead.get("lead_source"),
            "unsubscribed": lead.get("is_email_opt_out"),
            "user_id": names.user(lead["lead_id"]),
            "created_at": lead["created_at"],
            "updated_at": lead.get("updated_at") or lead["created_at"],
            "_fivetran_synced": lead.get("updated_at") or lead["created_at"],
        }
        for lead in leads
    ]
    deleted = [
        {
            "id": number_of(lead["lead_id"]),
            "lead_id": names.contact(lead["lead_id"]),
            "activity_date": lead.get("updated_at") or lead["created_at"],
        }
        for lead in leads
        if lead.get("is_deleted")
    ]
    return {"lead": rows, "activity_delete_lead": deleted}


def marketo_events(events: Iterable[Row], names: Names) -> Tables:
    """Activities; what a visitor did is told of the person that the visitor was found to be."""
    tables: Tables = {}
    for event in events:
        kind, asset = event["event_type"], event.get("asset")
        row = {
            "id": number_of(event["event_id"]),
            "lead_id": names.owner(event),
            "activity_date": event["occurred_at"],
            "_fivetran_synced": event.get("loaded_at"),
        }
        if row["lead_id"] is None or event.get("is_deleted"):
            continue
        if kind in MARKETO_TABLES:
            row["primary_attribute_value"] = asset
            if kind in MARKETO_SHOWS_AGENT:
                row["user_agent"] = agent(event)
            if kind == "page_view":
                row["webpage_url"] = SITE + (asset or "/")
            elif kind == "form_submission":
                row["referrer_url"] = SITE + (asset or "/")
            add(tables, {MARKETO_TABLES[kind]: [row]})
        elif kind in MARKETO_STATUSES:
            channel, status = MARKETO_STATUSES[kind]
            program = number_of(asset or event["event_id"])
            row |= {"primary_attribute_value_id": program, "new_status": status}
            add(tables, {"activity_change_status_in_progression": [row]})
            add(tables, {"program": [{"id": program, "name": asset, "channel": channel}]})
        elif kind in MARKETO_CODES:
            row |= {"activity_type_id": MARKETO_CODES[kind], "primary_attribute_value": asset}
            add(tables, {"activity": [row]})
    return _described_once(tables, "program")


# --- Pardot ---------------------------------------------------------------------------------------


def pardot_people(leads: Sequence[Row], names: Names) -> Tables:
    """Prospects, each with a browser that is known to be theirs."""
    prospects = [
        {
            "id": names.contact(lead["lead_id"]),
            "email": lead.get("email"),
            "first_name": lead.get("first_name"),
            "last_name": lead.get("last_name"),
            "job_title": lead.get("job_title"),
            "company": lead.get("company_name"),
            "website": lead.get("company_domain"),
            "industry": lead.get("industry"),
            "employees": text_of(lead.get("employee_count")),
            "annual_revenue": text_of(lead.get("annual_revenue")),
            "country": lead.get("country"),
            "source": lead.get("lead_source"),
            "opted_out": lead.get("is_email_opt_out"),
            "created_at": lead["created_at"],
            "updated_at": lead.get("updated_at") or lead["created_at"],
            "_fivetran_deleted": bool(lead.get("is_deleted")),
            "_fivetran_synced": lead.get("updated_at") or lead["created_at"],
        }
        for lead in leads
    ]
    visitors = [
        {"id": row["id"], "prospect_id": row["id"], "created_at": row["created_at"]}
        for row in prospects
    ]
    return {"prospect": prospects, "visitor": visitors}


def pardot_events(events: Iterable[Row], names: Names) -> Tables:
    """Page views of browsers, activities of prospects, and lists."""
    tables: Tables = {}
    for event in events:
        kind, asset = event["event_type"], event.get("asset")
        who = names.owner(event)
        row = {
            "id": number_of(event["event_id"]),
            "created_at": event["occurred_at"],
            "_fivetran_synced": event.get("loaded_at"),
        }
        if who is None or event.get("is_deleted") or names.is_machine(event):
            continue
        if kind == "page_view":
            view = row | {"visitor_id": who, "url": SITE + (asset or "/")}
            add(tables, {"visitor_page_view": [view]})
        elif kind == "list_subscription":
            number = number_of(asset)
            add(tables, {"list_membership": [row | {"prospect_id": who, "list_id": number}]})
            add(tables, {"list": [{"id": number, "name": asset, "is_dynamic": False}]})
        elif kind in PARDOT_CODES:
            code, name = PARDOT_CODES[kind]
            did = {"prospect_id": who, "type": code, "type_name": name, "details": asset}
            add(tables, {"visitor_activity": [row | did]})
    return _described_once(tables, "list")


# --- ActiveCampaign -------------------------------------------------------------------------------


def activecampaign_people(leads: Sequence[Row], names: Names) -> Tables:
    """Contacts, with their companies' names."""
    rows = [
        {
            "id": names.contact(lead["lead_id"]),
            "email": lead.get("email"),
            "first_name": lead.get("first_name"),
            "last_name": lead.get("last_name"),
            "orgname": lead.get("company_name"),
            "deleted": bool(lead.get("is_deleted")),
            "cdate": lead["created_at"],
            "udate": lead.get("updated_at") or lead["created_at"],
            "_sdc_extracted_at": lead.get("updated_at") or lead["created_at"],
        }
        for lead in leads
    ]
    return {"contacts": rows}


def activecampaign_events(events: Iterable[Row], names: Names) -> Tables:
    """Calls of webhooks, places on lists and bounces."""
    tables: Tables = {}
    for event in events:
        kind, asset, at = event["event_type"], event.get("asset"), event["occurred_at"]
        who = names.owner(event)
        row: Row = {"_sdc_extracted_at": event.get("loaded_at")}
        if who is None or event.get("is_deleted"):
            continue
        if kind in ACTIVECAMPAIGN_WEBHOOKS:
            call = {"id": event["event_id"], "type": ACTIVECAMPAIGN_WEBHOOKS[kind]}
            call |= {"contact_id": who, "date_time": at, "user_agent": agent(event)}
            call["link_url"] = None if kind == "email_open" else SITE + (asset or "/")
            add(tables, {"webhook_event": [row | call]})
        elif kind in ACTIVECAMPAIGN_STATUSES:
            place = {"id": number_of(event["event_id"]), "contact": who, "list": number_of(asset)}
            place |= {"status": ACTIVECAMPAIGN_STATUSES[kind], "sdate": at, "udate": at}
            add(tables, {"contact_lists": [row | place]})
            add(tables, {"lists": [{"id": number_of(asset), "name": asset}]})
        elif kind == "email_bounce":
            bounce = {"id": number_of(event["event_id"]), "contact": who, "tstamp": at}
            add(tables, {"bounce_logs": [row | bounce]})
    return _described_once(tables, "lists")


# --- Salesforce -----------------------------------------------------------------------------------


def salesforce_people(leads: Sequence[Row], names: Names) -> Tables:
    """Leads."""
    rows = [
        {
            "id": _salesforce_id(names.contact(lead["lead_id"])),
            "email": lead.get("email"),
            "first_name": lead.get("first_name"),
            "last_name": lead.get("last_name"),
            "title": lead.get("job_title"),
            "company": lead.get("company_name"),
            "website": lead.get("company_domain"),
            "industry": lead.get("industry"),
            "number_of_employees": lead.get("employee_count"),
            "annual_revenue": lead.get("annual_revenue"),
            "country": lead.get("country"),
            "lead_source": lead.get("lead_source"),
            "has_opted_out_of_email": lead.get("is_email_opt_out"),
            "user_id_c": names.user(lead["lead_id"]),
            "is_deleted": bool(lead.get("is_deleted")),
            "created_date": lead["created_at"],
            "last_modified_date": lead.get("updated_at") or lead["created_at"],
            "_fivetran_synced": lead.get("updated_at") or lead["created_at"],
        }
        for lead in leads
    ]
    return {"lead": rows}


def salesforce_events(events: Iterable[Row], names: Names) -> Tables:
    """Members of campaigns, one campaign for each thing that was offered; calls and meetings."""
    tables: Tables = {}
    for event in events:
        kind, asset, at = event["event_type"], event.get("asset"), event["occurred_at"]
        who = names.owner(event)
        if who is None or event.get("is_deleted") or names.is_machine(event):
            continue
        row = {
            "id": event["event_id"],
            "created_date": at,
            "_fivetran_synced": event.get("loaded_at"),
        }
        if kind in SALESFORCE_STATUSES:
            sort, status = SALESFORCE_STATUSES[kind]
            campaign = f"701{number_of(json.dumps([sort, asset]))}"
            member = {"campaign_id": campaign, "lead_id": _salesforce_id(who), "status": status}
            add(tables, {"campaign_member": [row | member]})
            add(tables, {"campaign": [{"id": campaign, "name": asset, "type": sort}]})
        elif kind == "call":
            seconds = event.get("duration_seconds")
            task = {"who_id": _salesforce_id(who), "type": "Call", "is_closed": True}
            task |= {"completed_date_time": at, "call_duration_in_seconds": seconds}
            add(tables, {"task": [row | task]})
        elif kind == "meeting":
            entry = {"who_id": _salesforce_id(who), "type": "Meeting", "start_date_time": at}
            add(tables, {"event": [row | entry]})
    return _described_once(tables, "campaign")


def _salesforce_id(number: int | None) -> str | None:
    return None if number is None else f"00Q{number:012d}"


def _described_once(tables: Tables, table: str) -> Tables:
    """The tables, with one row for each thing that rows of others name."""
    return tables | {table: list({row["id"]: row for row in tables.get(table, [])}.values())}
