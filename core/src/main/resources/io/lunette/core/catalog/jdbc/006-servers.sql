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

-- The digest of the token by which a server reports, in hexadecimal.
CREATE TABLE server_token (
  server TEXT PRIMARY KEY REFERENCES server (name),
  sha256 TEXT NOT NULL
);

-- The last thing that a server reported of each number, as a decimal.
CREATE TABLE server_value (
  server TEXT NOT NULL REFERENCES server (name),
  name TEXT NOT NULL,
  value TEXT NOT NULL,
  at_time BIGINT NOT NULL,
  PRIMARY KEY (server, name)
);

-- What a boot over the network does with a replica of an image, unless the server says otherwise.
CREATE TABLE image_boot (
  image TEXT PRIMARY KEY,
  policy TEXT NOT NULL
);

-- Which allocation a server was last told to boot from.
CREATE TABLE server_boot (
  server TEXT PRIMARY KEY REFERENCES server (name),
  allocation TEXT NOT NULL,
  at_time BIGINT NOT NULL
);

-- A server on its way from what it holds to something else. released: the allocation to be ended.
-- to_tenant and to_image: what it gets; null when it goes to the free pool.
CREATE TABLE server_move (
  sequence ${serial},
  server TEXT NOT NULL,
  released TEXT,
  from_tenant TEXT,
  from_image TEXT,
  to_tenant TEXT,
  to_image TEXT,
  restarts INTEGER NOT NULL,
  actor TEXT NOT NULL,
  reason TEXT NOT NULL,
  state TEXT NOT NULL,
  attempts INTEGER NOT NULL,
  message TEXT NOT NULL,
  started BIGINT NOT NULL,
  updated BIGINT NOT NULL
);
CREATE UNIQUE INDEX server_move_under_way ON server_move (server)
  WHERE state IN ('RELEASING', 'RESTARTING', 'ALLOCATING');
CREATE INDEX server_move_by_server ON server_move (server, sequence);

-- Thresholds of load are decimals, as text; cooling is milliseconds.
CREATE TABLE server_group (
  name TEXT PRIMARY KEY,
  tenant TEXT NOT NULL,
  image TEXT NOT NULL,
  min_servers INTEGER NOT NULL,
  max_servers INTEGER NOT NULL,
  priority INTEGER NOT NULL,
  metric TEXT,
  target TEXT,
  hysteresis TEXT NOT NULL,
  cooling BIGINT NOT NULL,
  UNIQUE (tenant, image)
);

CREATE TABLE balancer (
  enabled INTEGER NOT NULL,
  moves_max INTEGER NOT NULL,
  interval_ms BIGINT NOT NULL
);
INSERT INTO balancer (enabled, moves_max, interval_ms) VALUES (0, 2, 30000);
