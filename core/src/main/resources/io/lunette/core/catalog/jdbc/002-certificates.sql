-- SPDX-License-Identifier: Apache-2.0
-- Signed documents in the canonical form of RFC 8785; rows are only ever added. A replica is named,
-- not referred to: its certificates outlive it.

CREATE TABLE certificate (
  sequence BIGINT PRIMARY KEY,
  type TEXT NOT NULL,
  replica TEXT,
  document TEXT NOT NULL
);
CREATE INDEX certificate_by_replica ON certificate (replica, sequence) WHERE replica IS NOT NULL;

CREATE TABLE certificate_head (
  document TEXT NOT NULL
);
