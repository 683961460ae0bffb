"""Ports that should not be open to the world, as data (docs/sources.md, Domain)."""

from __future__ import annotations

#: TCP ports by the service behind them.
RISKY_TCP: dict[int, str] = {
    20: "FTP data",
    21: "FTP",
    22: "SSH",
    23: "Telnet",
    25: "SMTP",
    110: "POP3",
    135: "RPC",
    143: "IMAP",
    445: "SMB",
    1433: "SQL Server",
    1434: "SQL Server",
    3000: "development servers",
    3306: "MySQL",
    3389: "RDP",
    4333: "mSQL",
    5000: "development servers",
    5432: "PostgreSQL",
    5500: "fcp-addr-srvr1",
    5601: "OpenSearch Dashboards",
    8080: "proxies",
    8088: "legacy HTTP",
    8888: "alternative HTTP",
    9200: "OpenSearch",
    9300: "OpenSearch",
}
#: Those of the services above that speak UDP on the same port.
RISKY_UDP: dict[int, str] = {1434: "SQL Server Browser", 3389: "RDP"}
