"""The simulator of Claude: a server of the Messages API whose answers come from a rule-based salesperson."""
