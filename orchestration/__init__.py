"""Lead scoring in the warehouse: what runs, checks and publishes the dbt project."""
