"""Pictures that let a person judge an edit before it is rendered; each comes with the same in words."""
