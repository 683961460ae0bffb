"""How the functions are deployed: template.yml and what is wrong with it, and what is generated for it."""
