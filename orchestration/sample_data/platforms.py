"""The tables of source `custom` as HubSpot, Segment and Snowplow would land them.

Each function takes rows of the contract of `custom` and returns rows of the platform's raw tables,
named as their usual connectors name them. What a platform has no word for is left out: durations
and personalised content but in HubSpot's calls, sessions everywhere (they are computed from page
views), flags for machines in trackers (they show a machine's user agent instead).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

Row = dict[str, Any]
Tables = dict[str, list[Row]]

HUBSPOT_MAILS = {
    "email_sent": "SENT",
    "email_delivered": "DELIVERED",
    "email_open": "OPEN",
    "email_click": "CLICK",
    "email_bounce": "BOUNCE",
    "email_spam_report": "SPAMREPORT",
    "email_unsubscribe": "STATUSCHANGE",
}
HUBSPOT_TYPES = (*HUBSPOT_MAILS, "form_submission", "list_subscription", "call", "meeting")
SEGMENT_EVENTS = {
    "form_submission": "Form Submitted",
    "email_delivered": "Email Delivered",
    "email_open": "Email Opened",
    "email_click": "Email Link Clicked",
    "email_bounce": "Email Bounced",
    "email_spam_report": "Email Marked as Spam",
    "email_unsubscribe": "Unsubscribed",
    "video_view": "Video Playback Started",
    "chat": "Live Chat Conversation Started",
    "content_download": "File Downloaded",
    "webinar_registration": "Webinar Registered",
    "webinar_attendance": "Webinar Attended",
    "event_registration": "Event Registered",
    "event_attendance": "Event Attended",
    "survey_response": "Survey Submitted",
    "meeting": "Meeting Booked",
    "list_subscription": "Newsletter Subscribed",
}
SNOWPLOW_TYPES = ("page_view", "form_submission")
SITE = "https://www.example.com"
CRAWLER = "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"
_STAGES = {"mql": "marketingqualifiedlead", "sql": "salesqualifiedlead"}
_DEAL_STAGES = {
    "opportunity": "qualifiedtobuy",
    "customer": "closedwon",
    "lost": "closedlost",
}


class Names:
    """What people are called in each system: contact numbers, user ids and e-mail addresses."""

    def __init__(self, leads: Iterable[Row], events: Iterable[Row] = ()) -> None:
        self.number: dict[str, int] = {}
        self.email: dict[str, str | None] = {}
        self.visitor = {
            event["anonymous_id"]: event["lead_id"]
            for event in events
            if event.get("anonymous_id") and event.get("lead_id")
        }
        for lead in leads:
            self.number.setdefault(lead["lead_id"], 1001 + len(self.number))
            self.email[lead["lead_id"]] = lead.get("email")

    def contact(self, lead_id: str | None) -> int | None:
        """The number of the person's contact in HubSpot; None for nobody we know."""
        return self.number.get(lead_id or "")

    def user(self, lead_id: str | None) -> str | None:
        """The id that the website gives the person once it knows who it is."""
        number = self.contact(lead_id)
        return None if number is None else f"user-{number}"

    def owner(self, event: Row) -> int | None:
        """The number of the person, or of the one that the visitor was found to be."""
        found = self.visitor.get(event.get("anonymous_id") or "")
        return self.contact(event.get("lead_id") or found)

    def is_machine(self, event: Row) -> bool:
        """Whether a platform that keeps machines out would keep this one out."""
        return bool(event.get("is_automated")) or event.get("user_agent") == CRAWLER

    def address(self, event: Row) -> str | None:
        """Where a mail to the person of an event goes."""
        return event.get("email") or self.email.get(event.get("lead_id") or "")


# --- HubSpot --------------------------------------------------------------------------------------


def hubspot_people(
    leads: Sequence[Row],
    names: Names,
    accounts: Sequence[Row] = (),
    attributes: Sequence[Row] = (),
    conversions: Sequence[Row] = (),
) -> Tables:
    """Contacts with their companies, custom properties with history, stages and deals."""
    company_number = {account["account_id"]: 501 + n for n, account in enumerate(accounts)}
    by_domain = {account["domain"]: account["account_id"] for account in accounts}
    own: dict[str, Row] = {}
    history = []
    for attribute in sorted(attributes, key=lambda row: row["updated_at"]):
        value = attribute.get("value_text")
        if value is None:
            value = f"{attribute['value_number']:g}"
        contact = names.contact(attribute["lead_id"])
        if contact is None:
            continue
        own.setdefault(attribute["lead_id"], {})[f"property_{attribute['attribute']}"] = value
        history.append(
            {
                "contact_id": contact,
                "name": attribute["attribute"],
                "value": value,
                "source": "CRM_UI",
                "timestamp": attribute["updated_at"],
                "_fivetran_synced": attribute["updated_at"],
            }
        )
    tables: Tables = {
        "contact": [
            _contact(lead, names, company_number.get(by_domain.get(_domain(lead), "")))
            | own.get(lead["lead_id"], {})
            for lead in leads
        ],
        "contact_property_history": history,
        "company": [_company(account, company_number) for account in accounts],
    }
    return merged(tables, _sales(conversions, names))


def hubspot_events(events: Iterable[Row], names: Names) -> Tables:
    """E-mails, forms, lists, calls and meetings; other types have no place in HubSpot."""
    tables: Tables = {}
    lists: dict[str, int] = {}
    for number, event in enumerate(events, start=1):
        kind = event["event_type"]
        if kind in HUBSPOT_MAILS:
            add(tables, _mail(event, kind, names))
        elif kind == "form_submission":
            add(tables, _form(event, names))
        elif kind == "list_subscription":
            add(tables, _list_member(event, names, lists))
        elif kind in ("call", "meeting"):
            add(tables, _engagement(event, kind, number, names))
    return tables


def _contact(lead: Row, names: Names, company: int | None) -> Row:
    return {
        "id": names.contact(lead["lead_id"]),
        "property_email": lead.get("email"),
        "property_firstname": lead.get("first_name"),
        "property_lastname": lead.get("last_name"),
        "property_jobtitle": lead.get("job_title"),
        "property_company": lead.get("company_name"),
        "property_website": lead.get("company_domain"),
        "property_industry": lead.get("industry"),
        "property_numemployees": text_of(lead.get("employee_count")),
        "property_annualrevenue": text_of(lead.get("annual_revenue")),
        "property_country": lead.get("country"),
        "property_hs_analytics_source": lead.get("lead_source"),
        "property_lifecyclestage": lead.get("lifecycle_stage"),
        "property_hs_email_optout": lead.get("is_email_opt_out"),
        "property_associatedcompanyid": company,
        "property_user_id": names.user(lead["lead_id"]),
        "property_plan": lead.get("plan"),
        "property_utm_campaign": lead.get("utm_campaign"),
        "property_createdate": lead["created_at"],
        "property_lastmodifieddate": lead.get("updated_at") or lead["created_at"],
        "_fivetran_deleted": bool(lead.get("is_deleted")),
        "_fivetran_synced": lead.get("updated_at") or lead["created_at"],
    }


def _company(account: Row, numbers: Mapping[str, int]) -> Row:
    return {
        "id": numbers[account["account_id"]],
        "property_name": account.get("name"),
        "property_domain": account.get("domain"),
        "property_industry": account.get("industry"),
        "property_numberofemployees": account.get("employee_count"),
        "property_annualrevenue": account.get("annual_revenue"),
        "property_country": account.get("country"),
        "property_hs_lastmodifieddate": account.get("updated_at"),
        "_fivetran_deleted": False,
        "_fivetran_synced": account.get("updated_at"),
    }


def _mail(event: Row, kind: str, names: Names) -> Tables:
    mail = {
        "id": event["event_id"],
        "type": HUBSPOT_MAILS[kind],
        "recipient": names.address(event),
        "app_id": 1,
        "filtered_event": bool(event.get("is_automated")),
        "obsoleted_by_id": "a better event" if event.get("is_deleted") else None,
        "created": event["occurred_at"],
        "_fivetran_synced": event.get("loaded_at"),
    }
    detail = {"id": event["event_id"], "_fivetran_synced": event.get("loaded_at")}
    if kind in ("email_open", "email_click"):
        detail["user_agent"] = event.get("user_agent")
    if kind == "email_click":
        detail["url"] = SITE + (event.get("asset") or "/")
    if kind == "email_unsubscribe":
        detail["portal_subscription_status"] = "UNSUBSCRIBED"
    table = "status_change" if kind == "email_unsubscribe" else kind.removeprefix("email_")
    return {"email_event": [mail], f"email_event_{table}": [detail]}


def _form(event: Row, names: Names) -> Tables:
    asset = event.get("asset") or "/"
    submission = {
        "contact_id": names.contact(event.get("lead_id")),
        "form_id": f"form{asset.replace('/', '-')}",
        "conversion_id": event["event_id"],
        "page_url": SITE + asset,
        "timestamp": event["occurred_at"],
        "_fivetran_deleted": bool(event.get("is_deleted")),
        "_fivetran_synced": event.get("loaded_at"),
    }
    return {"contact_form_submission": [submission]}


def _list_member(event: Row, names: Names, lists: dict[str, int]) -> Tables:
    name = event.get("asset") or "Newsletter"
    is_new = name not in lists
    number = lists.setdefault(name, 1 + len(lists))
    member = {
        "contact_id": names.contact(event.get("lead_id")),
        "contact_list_id": number,
        "added_at": event["occurred_at"],
        "_fivetran_deleted": False,
        "_fivetran_synced": event.get("loaded_at"),
    }
    made = {"id": number, "name": name, "processing_type": "MANUAL", "dynamic": False}
    return {"contact_list_member": [member], **({"contact_list": [made]} if is_new else {})}


def _engagement(event: Row, kind: str, number: int, names: Names) -> Tables:
    synced = {"_fivetran_deleted": False, "_fivetran_synced": event.get("loaded_at")}
    minutes = event.get("duration_seconds")
    detail: Row = {"engagement_id": number, "property_hs_timestamp": event["occurred_at"]}
    if kind == "call":
        detail["property_hs_call_status"] = "COMPLETED"
        detail["property_hs_call_duration"] = None if minutes is None else minutes * 1000
    return {
        "engagement": [
            {"id": number, "type": kind.upper(), "timestamp": event["occurred_at"]} | synced
        ],
        f"engagement_{kind}": [detail | synced],
        "engagement_contact": [
            {"engagement_id": number, "contact_id": names.contact(event.get("lead_id"))} | synced
        ],
    }


def _sales(conversions: Iterable[Row], names: Names) -> Tables:
    """Steps before a deal are lifecycle stages; from the opportunity on they are the deal's."""
    tables: Tables = {}
    deals: dict[str, int] = {}
    for step in sorted(conversions, key=lambda row: row["occurred_at"]):
        contact, at = names.contact(step["lead_id"]), step["occurred_at"]
        if contact is None:
            continue
        if step["stage"] in _STAGES:
            changed = {"contact_id": contact, "name": "lifecyclestage", "source": "CRM_UI"}
            changed |= {"value": _STAGES[step["stage"]], "timestamp": at, "_fivetran_synced": at}
            add(tables, {"contact_property_history": [changed]})
        elif step["stage"] == "rejected":
            changed = {"contact_id": contact, "name": "hs_lead_status", "source": "CRM_UI"}
            changed |= {"value": "UNQUALIFIED", "timestamp": at, "_fivetran_synced": at}
            add(tables, {"contact_property_history": [changed]})
        elif step["stage"] in _DEAL_STAGES:
            add(tables, _deal_step(step, contact, deals))
    if deals:
        add(tables, _pipeline())
    return tables


def _deal_step(step: Row, contact: int, deals: dict[str, int]) -> Tables:
    is_new = step["lead_id"] not in deals
    number = deals.setdefault(step["lead_id"], 9001 + len(deals))
    at, stage = step["occurred_at"], _DEAL_STAGES[step["stage"]]
    synced = {"_fivetran_deleted": False, "_fivetran_synced": at}
    deal = {
        "deal_id": number,
        "deal_pipeline_id": "default",
        "deal_pipeline_stage_id": stage,
        "property_dealname": f"Deal {number}",
        "property_amount": text_of(step.get("amount")),
        "property_closed_lost_reason": step.get("reason") if step["stage"] == "lost" else None,
        "property_closedate": None if step["stage"] == "opportunity" else at,
    }
    entered = {"deal_id": number, "value": stage, "date_entered": at, "_fivetran_synced": at}
    link = {"deal_id": number, "contact_id": contact, "type_id": 3}
    tables = {"deal": [deal | synced], "deal_stage": [entered]}
    return tables | ({"deal_contact": [link | synced]} if is_new else {})


def _pipeline() -> Tables:
    stages = {
        "qualifiedtobuy": (False, False),
        "closedwon": (True, True),
        "closedlost": (False, True),
    }
    return {
        "deal_pipeline": [{"pipeline_id": "default", "label": "Sales", "active": True}],
        "deal_pipeline_stage": [
            {"stage_id": name, "pipeline_id": "default", "label": name, "closed_won": won}
            | {"is_closed": closed, "active": True}
            for name, (won, closed) in stages.items()
        ],
    }


# --- Segment --------------------------------------------------------------------------------------


def segment_people(
    leads: Sequence[Row], names: Names, links: Sequence[Row] = (), known_to_hubspot: bool = False
) -> Tables:
    """Users, and calls of identify that tell whose visits some were."""
    users = [
        {
            "id": names.user(lead["lead_id"]),
            "email": lead.get("email"),
            "first_name": lead.get("first_name"),
            "last_name": lead.get("last_name"),
            "title": lead.get("job_title"),
            "company": lead.get("company_name"),
            "website": lead.get("company_domain"),
            "industry": lead.get("industry"),
            "employees": text_of(lead.get("employee_count")),
            "annual_revenue": text_of(lead.get("annual_revenue")),
            "country": lead.get("country"),
            "lead_source": lead.get("lead_source"),
            "lifecycle_stage": lead.get("lifecycle_stage"),
            "plan": lead.get("plan"),
            "utm_campaign": lead.get("utm_campaign"),
            "created_at": lead["created_at"].isoformat(),
            "hubspot_contact_id": text_of(
                names.contact(lead["lead_id"]) if known_to_hubspot else None
            ),
            "received_at": lead.get("updated_at") or lead["created_at"],
        }
        for lead in leads
        if not lead.get("is_deleted")
    ]
    identifies = [
        {
            "id": f"identify-{number}",
            "anonymous_id": link["anonymous_id"],
            "user_id": names.user(link.get("lead_id")),
            "email": link.get("email"),
            "timestamp": link["occurred_at"],
            "received_at": link["occurred_at"],
        }
        for number, link in enumerate(links)
    ]
    return {"users": users, "identifies": identifies}


def segment_events(events: Iterable[Row], names: Names) -> Tables:
    """Page views as calls of page, all else as calls of track."""
    tables: Tables = {"pages": [], "tracks": []}
    for event in events:
        kind, asset = event["event_type"], event.get("asset")
        call = {
            "id": event["event_id"],
            "user_id": names.user(event.get("lead_id")),
            "anonymous_id": event.get("anonymous_id"),
            "context_traits_email": event.get("email"),
            "context_user_agent": agent(event),
            "timestamp": event["occurred_at"],
            "received_at": event.get("loaded_at"),
        }
        if kind == "page_view":
            tables["pages"].append(call | {"path": asset, "context_page_path": asset})
        else:
            name = SEGMENT_EVENTS.get(kind or "", kind)
            place = {"context_page_path": asset} if kind == "form_submission" else {"label": asset}
            text = {"event": name, "event_text": name, "message_body": event.get("text")}
            tables["tracks"].append(call | text | place)
    return tables


# --- Snowplow -------------------------------------------------------------------------------------


def snowplow_events(events: Iterable[Row], names: Names) -> Tables:
    """Page views and forms; a form's fields tell the address of who sent it."""
    rows = []
    for event in events:
        is_form = event["event_type"] == "form_submission"
        row = {
            "event_id": event["event_id"],
            "event": "unstruct" if is_form else "page_view",
            "event_name": "submit_form" if is_form else "page_view",
            "user_id": names.user(event.get("lead_id")),
            "domain_userid": event.get("anonymous_id"),
            "page_urlpath": event.get("asset"),
            "useragent": agent(event),
            "derived_tstamp": event["occurred_at"],
            "collector_tstamp": event["occurred_at"],
            "load_tstamp": event.get("loaded_at"),
        }
        if is_form:
            fields = [{"name": "email", "value": names.address(event)}]
            form = {"formId": "form", "elements": fields if names.address(event) else []}
            row["unstruct_event_com_snowplowanalytics_snowplow_submit_form_1"] = json.dumps(form)
        rows.append(row)
    return {"events": rows}


# --- all of them ----------------------------------------------------------------------------------


def merged(*parts: Tables) -> Tables:
    """Tables of several exports as one."""
    tables: Tables = {}
    for part in parts:
        add(tables, part)
    return tables


def add(tables: Tables, more: Tables) -> None:
    """Put more rows into the tables."""
    for name, rows in more.items():
        tables.setdefault(name, []).extend(rows)


def agent(event: Row) -> str | None:
    """Trackers have no flag for machines: they show one's user agent."""
    return CRAWLER if event.get("is_automated") else event.get("user_agent")


def _domain(lead: Row) -> str:
    given = lead.get("company_domain") or ""
    return given.removeprefix("https://").removeprefix("www.").rstrip("/")


def text_of(value: object) -> str | None:
    """A number as people write it."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return None if value is None else str(value)
