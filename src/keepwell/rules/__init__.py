"""Law, medicine and terminology as pure functions of facts and dated parameters.

No Django, no clock, no input or output but loading the files under `parameters/`.
"""
