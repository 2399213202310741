-- SPDX-License-Identifier: Apache-2.0
-- Lunette as an SMI-S array: accounts, and what clients say that the domain does not know.

CREATE TABLE smis_account (
  name TEXT PRIMARY KEY,
  role TEXT NOT NULL,
  hash TEXT NOT NULL,
  created BIGINT NOT NULL
);

-- uuid: the volume that is meant; another one of the same name is not.
CREATE TABLE smis_label (
  volume TEXT PRIMARY KEY,
  uuid TEXT NOT NULL,
  label TEXT NOT NULL
);

CREATE TABLE smis_copy (
  target TEXT PRIMARY KEY,
  uuid TEXT NOT NULL,
  source TEXT NOT NULL,
  since BIGINT NOT NULL
);

-- Snapshots that copies are made from, to be deleted when the copy has begun.
CREATE TABLE smis_hidden (
  volume TEXT PRIMARY KEY
);

CREATE TABLE smis_view_member (
  server TEXT PRIMARY KEY,
  view TEXT NOT NULL
);

-- document: the instance in CIM-XML.
CREATE TABLE smis_indication (
  path TEXT PRIMARY KEY,
  class TEXT NOT NULL,
  document TEXT NOT NULL,
  created BIGINT NOT NULL
);
