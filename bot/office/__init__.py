"""What the office keeps in SQL beside its directives: people, units, groups, questions, progress, the record of acts."""
