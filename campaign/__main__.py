"""`python -m campaign …`: the command line."""

from campaign.cli import main

main()
