-- SPDX-License-Identifier: Apache-2.0
-- What is known of servers besides their initiators. Durations are milliseconds.

CREATE TABLE server_profile (
  server TEXT PRIMARY KEY REFERENCES server (name),
  serial TEXT UNIQUE,
  boot_policy TEXT,
  chap_in_script INTEGER NOT NULL,
  power TEXT,
  power_timeout BIGINT NOT NULL,
  shared INTEGER NOT NULL,
  heartbeat BIGINT NOT NULL
);

CREATE TABLE server_mac (
  mac TEXT PRIMARY KEY,
  server TEXT NOT NULL REFERENCES server (name)
);
CREATE INDEX server_mac_by_server ON server_mac (server);
