"""The rules, a module for each subject.

Guarantees: all that belongs to a rule is in one place: its id and texts in a `Rule`, right below it what looks for a
breach, and there the message. A new rule needs its id in `model.rule_ids` and a case in tests/examples/content.
"""
