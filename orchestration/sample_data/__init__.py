"""A made-up company's year, for first steps and tests: `write_sample` puts it into a landing
folder.
"""

from orchestration.sample_data.generate import SampleReport, build_company, write_sample

__all__ = ["SampleReport", "build_company", "write_sample"]
