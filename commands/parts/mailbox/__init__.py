"""The local mail catcher: takes every email over SMTP, shows the last ones as Mailpit does; sends none on.

Run as its own process: `python -m commands.parts.mailbox --smtp-port 1025 --http-port 8025 --data DIR`.

Refusals can be scripted in two ways, for tests and for trying things out:
- in the address: `sandra+450@...`, `sandra+550@...` (any 4xx or 5xx) is refused, `sandra+slow@...` waits for
  2 s, `sandra+hang@...` is never answered after DATA; `x2` behind it (`sandra+450x2@...`) means the first two
  times only;
- for everybody, as in Mailpit: `PUT /api/v1/chaos {"Recipient": {"ErrorCode": 450, "Probability": 100}}`.
"""
