"""The invented company: what it sells, to whom, and what can be done on its website.

Every name is made up and company domains end in `.example`, so no row points at a real firm. Paths,
campaigns and attribute names are those that the starter rules in `seeds/scoring` look for;
industries, countries and job titles are ones that the lists in `seeds/reference` know.
"""

from __future__ import annotations

# Job title, seniority and department (as seeds/reference/job_title_keywords.csv reads them), share.
TITLES: tuple[tuple[str, str, str, float], ...] = (
    ("Chief Marketing Officer", "C-level", "Marketing", 2.5),
    ("CEO and Founder", "C-level", "General management", 4),
    ("CTO, EMEA", "C-level", "Engineering", 1.5),
    ("Chief Revenue Officer", "C-level", "Sales", 1.5),
    ("VP Marketing", "VP", "Marketing", 3),
    ("Vice President of Sales", "VP", "Sales", 3),
    ("VP Operations", "VP", "Operations", 2),
    ("Marketing Director", "Director", "Marketing", 5),
    ("Director of Demand Generation", "Director", "Marketing", 3),
    ("Head of Revenue Operations", "Director", "Sales", 4),
    ("Director of Analytics", "Director", "Data", 3),
    ("IT Director", "Director", "IT", 3),
    ("Marketing Manager", "Manager", "Marketing", 9),
    ("Sales Manager", "Manager", "Sales", 6),
    ("Marketing Operations Manager", "Manager", "Marketing", 4),
    ("Operations Manager", "Manager", "Operations", 4),
    ("Finance Manager", "Manager", "Finance", 3),
    ("Senior Data Analyst", "Senior specialist", "Data", 4),
    ("Senior Software Engineer", "Senior specialist", "Engineering", 4),
    ("Marketing Specialist", "Specialist", "Marketing", 7),
    ("Sales Development Representative", "Specialist", "Sales", 5),
    ("Business Analyst", "Specialist", "", 4),
    ("IT Administrator", "Specialist", "IT", 4),
    ("HR Coordinator", "Specialist", "Human resources", 3),
    ("Freelance Consultant", "Specialist", "", 3),
    ("Student", "Student", "", 3),
    ("Marketing Intern", "Student", "Marketing", 2),
)

# Industry, share of accounts.
INDUSTRIES: tuple[tuple[str, float], ...] = (
    ("Software", 20),
    ("Information Technology", 9),
    ("Internet", 6),
    ("Professional Services", 10),
    ("Marketing and Advertising", 7),
    ("Manufacturing", 10),
    ("Banking", 5),
    ("Insurance", 4),
    ("Financial Services", 5),
    ("Healthcare", 6),
    ("Logistics", 5),
    ("Retail", 7),
    ("Education", 4),
    ("Non-profit", 2),
)
CORE_INDUSTRIES = ("Software", "Information Technology", "Internet")
FINANCIAL_INDUSTRIES = ("Banking", "Insurance", "Financial Services")

# Country, its two-letter code, hours ahead of UTC in winter, share.
COUNTRIES: tuple[tuple[str, str, int, float], ...] = (
    ("Germany", "DE", 1, 20),
    ("United Kingdom", "GB", 0, 15),
    ("Netherlands", "NL", 1, 8),
    ("France", "FR", 1, 8),
    ("Sweden", "SE", 1, 4),
    ("Spain", "ES", 1, 4),
    ("United States", "US", -5, 26),
    ("Canada", "CA", -5, 4),
    ("Brazil", "BR", -3, 3),
    ("India", "IN", 5, 4),
    ("Australia", "AU", 10, 2),
    ("South Africa", "ZA", 2, 2),
)


def words(text: str) -> tuple[str, ...]:
    """The words of a text, in their order."""
    return tuple(text.split())


FIRST_NAMES = words(
    """
    Anna Ben Carla David Elena Felix Grace Henrik Ines Jonas Katrin Liam Maria Nils Olivia Paul
    Quinn Rosa Samuel Tara Ulrich Vera Walter Xenia Yusuf Zoe Amir Birgit Chen Daria Emil Fatima
    Gustav Hanna Ivan Julia
    """
)
LAST_NAMES = words(
    """
    Keller Martin Novak Jansen Silva Larsen Moreau Fischer Patel Evans Rossi Svensson Brown
    Costa Dubois Meyer Nguyen Olsen Price Ramos Schmidt Taylor Urban Vogel Wright Young Zimmer
    Berger Clark Dahl
    """
)
COMPANY_FIRST = words(
    """
    Nord Blue River Stone Bright Clear Silver Green Atlas Vertex Harbor Summit Delta Quartz
    Cedar Iron Solar Lumen Pioneer Falcon Maple Crystal Orbit Granite
    """
)
COMPANY_SECOND = words(
    """
    Works Systems Labs Logistics Partners Media Foods Analytics Tools Networks Care Capital
    Retail Motors Data Services Studios Energy
    """
)

FREE_DOMAINS = ("gmail.com", "outlook.com", "yahoo.com", "gmx.de", "web.de", "hotmail.com")
DISPOSABLE_DOMAINS = ("mailinator.com", "guerrillamail.com", "yopmail.com")
UNIVERSITY_DOMAINS = ("northfield.edu.example", "lakeside-university.example")
COMPETITOR_DOMAINS = ("rivalscore.example", "pipelinepilot.example")
OWN_DOMAIN = "ourcompany.example"
TEST_DOMAIN = "qa-lab.example"
LEAD_SOURCES = (
    "website",
    "organic search",
    "paid search",
    "referral: customer",
    "partner: agency",
    "webinar",
    "trade fair",
    "list import",
)
CRM_SYSTEMS = ("Salesforce", "HubSpot", "Dynamics", "Spreadsheet")

# Path, and how often visitors with low, medium and high interest and job seekers open it.
PAGES: tuple[tuple[str, tuple[float, float, float, float]], ...] = (
    ("/", (18, 14, 9, 16)),
    ("/product", (8, 9, 8, 4)),
    ("/product/scoring", (4, 8, 8, 1)),
    ("/product/reports", (3, 6, 5, 1)),
    ("/pricing", (1.2, 6, 15, 0.5)),
    ("/pricing/enterprise", (0.2, 1.5, 5, 0)),
    ("/demo", (0.4, 2.5, 8, 0)),
    ("/compare/spreadsheets", (0.5, 2, 4, 0)),
    ("/compare/rivalscore", (0.3, 1.5, 5, 0)),
    ("/customers/bright-foods", (1.5, 4, 5, 1)),
    ("/customers/silver-motors", (1, 3, 4, 1)),
    ("/integrations", (1, 4, 5, 0)),
    ("/integrations/crm", (0.5, 3, 4, 0)),
    ("/docs/getting-started", (1.5, 3, 3, 0.5)),
    ("/docs/api", (1, 2, 2, 0.5)),
    ("/security", (0.6, 2, 4, 0)),
    ("/blog/what-is-lead-scoring", (16, 7, 1, 8)),
    ("/blog/sales-and-marketing", (14, 6, 1, 8)),
    ("/blog/email-deliverability", (12, 5, 0.5, 5)),
    ("/resources", (5, 6, 4, 2)),
    ("/webinars", (3, 4, 3, 1)),
    ("/about", (4, 2, 1, 10)),
    ("/careers", (0.8, 0.2, 0.1, 25)),
    ("/careers/openings", (0.3, 0.1, 0, 20)),
)

# What may happen in a visit besides page views: activity type, assets, probability by interest (as
# above), mean length in seconds (0: none).
ACTIONS: tuple[tuple[str, tuple[str, ...], tuple[float, float, float, float], float], ...] = (
    (
        "content_download",
        (
            "/resources/benchmark-report.pdf",
            "/resources/buyers-guide.pdf",
            "/resources/roi-calculator.xlsx",
            "/resources/security-whitepaper.pdf",
            "/resources/email-checklist.pdf",
        ),
        (0.08, 0.22, 0.30, 0.02),
        0,
    ),
    ("form_submission", ("/demo",), (0.002, 0.015, 0.11, 0), 0),
    ("form_submission", ("/contact", "/contact-sales"), (0.003, 0.012, 0.05, 0.02), 0),
    ("form_submission", ("/signup",), (0.002, 0.012, 0.05, 0), 0),
    ("list_subscription", ("newsletter",), (0.03, 0.03, 0.02, 0.01), 0),
    (
        "webinar_registration",
        ("/webinars/scoring-basics", "/webinars/forecasting-live", "/webinars/data-security"),
        (0.02, 0.06, 0.07, 0),
        0,
    ),
    ("event_registration", ("/events/field-day",), (0.003, 0.01, 0.015, 0), 0),
    (
        "video_view",
        ("/videos/product-tour", "/videos/customer-story"),
        (0.07, 0.16, 0.18, 0.05),
        150,
    ),
    ("chat", ("website chat",), (0.008, 0.03, 0.07, 0.01), 240),
    (
        "survey_response",
        ("/surveys/website-feedback", "/surveys/buying-plans"),
        (0.01, 0.025, 0.04, 0),
        0,
    ),
    ("poll_vote", ("/polls/biggest-challenge",), (0.03, 0.04, 0.03, 0.01), 0),
    ("ad_click", ("search-brand", "search-category"), (0.06, 0.05, 0.03, 0.02), 0),
    ("social_click", ("post-report", "post-webinar"), (0.06, 0.04, 0.02, 0.04), 0),
)

TEXTS: dict[str, tuple[str, ...]] = {
    "form_submission": (
        "Please show us how scoring works with our CRM.",
        "We would like a quote for 40 seats.",
        "Can you call me next week?",
        "We compare three tools until the end of the quarter.",
        "",
    ),
    "survey_response": (
        "We plan to buy within three months and have a budget.",
        "Only looking around for now.",
        "The documentation is very good.",
        "Too expensive for a team of our size.",
    ),
    "poll_vote": ("Data quality", "Sales and marketing alignment", "Too few leads"),
    "chat": (
        "Do you integrate with our CRM?",
        "Is there a free trial?",
        "I am looking for the login page.",
    ),
}

_WINDOWS = "Mozilla/5.0 (Windows NT 10.0; Win64; x64)"
_MAC = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7)"
_PHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X)"
_WEBKIT = "AppleWebKit/537.36 (KHTML, like Gecko)"
PEOPLE_AGENTS = (
    f"{_WINDOWS} {_WEBKIT} Chrome/126.0 Safari/537.36",
    f"{_MAC} AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Safari/605.1.15",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:127.0) Gecko/20100101 Firefox/127.0",
    f"{_PHONE} AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148",
    f"Mozilla/5.0 (Linux; Android 14; Pixel 8) {_WEBKIT} Chrome/126.0 Mobile Safari/537.36",
)
CRAWLER_AGENTS = (
    "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
    "Mozilla/5.0 (compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm)",
    f"Mozilla/5.0 (X11; Linux x86_64) {_WEBKIT} HeadlessChrome/126.0 Safari/537.36",
    "python-requests/2.32",
)
SCANNER_AGENTS = (
    "Mozilla/5.0 (compatible; BarracudaCentral.org link check)",
    "Mozilla/5.0 (Windows NT 10.0) Mimecast URL Protection",
)
LOST_REASONS = ("Price", "Chose a competitor", "No decision", "Timing")
REJECTED_REASONS = ("Not a decision maker", "Too small", "No project", "Wrong contact details")
