-- Without a limit every page would be a session of its own.
with

needed as (

    select unnest(['quiet_minutes', 'longest_page_seconds', 'last_page_seconds']) as name

)

select needed.name
from needed
left join {{ ref('session_settings') }} as settings on needed.name = settings.name
where settings.value is null
