"""Rate limits, as providers tell them in the headers of their answers.

Headers are read into windows, and the newest of each provider, model and key are found;
the overview draws them, the API tells them.
"""
