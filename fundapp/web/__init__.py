"""The gate and the counter: who may enter, forms, refusals in words, sessions, headers, files, printing.

Every view declares who may enter, or the app does not start. Words: gate 准入, refusal 不予办理.
"""
