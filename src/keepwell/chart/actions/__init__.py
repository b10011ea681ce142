"""Every write of the chart, as verbs: keyword-only, `by` whom, `now`, one transaction with its audit entry."""
