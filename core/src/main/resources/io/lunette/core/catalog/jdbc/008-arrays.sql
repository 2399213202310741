-- SPDX-License-Identifier: Apache-2.0
-- Foreign arrays, and what the catalog remembers of the volumes that Lunette keeps on them.

CREATE TABLE storage_array (
  name TEXT PRIMARY KEY,
  url TEXT NOT NULL,
  user_name TEXT NOT NULL,
  password_file TEXT NOT NULL,
  trust_kind TEXT NOT NULL,
  trust TEXT NOT NULL,
  system_name TEXT,
  pool_name TEXT,
  listen TEXT,
  created BIGINT NOT NULL
);

-- name: NULL when it was deleted and its space is still to be returned; called: what it was named.
-- job: object path of the array's job that is under way. report: of an erase that is being ended.
-- written: something but its origin or zeroes may be in it.
CREATE TABLE array_volume (
  id TEXT PRIMARY KEY,
  array_name TEXT NOT NULL REFERENCES storage_array (name),
  name TEXT,
  called TEXT NOT NULL,
  kind TEXT NOT NULL,
  origin_id TEXT,
  origin_name TEXT,
  size_bytes BIGINT NOT NULL,
  block_bytes INTEGER NOT NULL,
  state TEXT NOT NULL,
  device TEXT,
  written INTEGER NOT NULL,
  job TEXT,
  report TEXT,
  since BIGINT NOT NULL
);
CREATE UNIQUE INDEX array_volume_by_name ON array_volume (name) WHERE name IS NOT NULL;
CREATE INDEX array_volume_by_array ON array_volume (array_name);
CREATE INDEX array_volume_by_origin ON array_volume (origin_id) WHERE origin_id IS NOT NULL;
