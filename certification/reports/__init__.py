"""The report on a plan: what people enter, collected up the tree, approved, filed; its figures, its papers."""
