-- SPDX-License-Identifier: Apache-2.0
-- Times are microseconds since 1970, flags are 0 or 1, states and kinds are the names of constants.

CREATE TABLE audit (
  sequence ${serial},
  at_time BIGINT NOT NULL,
  actor TEXT NOT NULL,
  action TEXT NOT NULL,
  subject TEXT NOT NULL,
  detail TEXT NOT NULL
);

CREATE TABLE counter (
  name TEXT PRIMARY KEY,
  value BIGINT NOT NULL
);
INSERT INTO counter (name, value) VALUES ('replica', 0);

CREATE TABLE tenant (
  name TEXT PRIMARY KEY,
  kind TEXT NOT NULL,
  created BIGINT NOT NULL
);

CREATE TABLE server (
  name TEXT PRIMARY KEY,
  initiator TEXT NOT NULL UNIQUE,
  chap_user TEXT,
  chap_secret ${bytes},
  created BIGINT NOT NULL
);

CREATE TABLE server_lun (
  server TEXT NOT NULL REFERENCES server (name),
  lun INTEGER NOT NULL,
  volume TEXT NOT NULL,
  PRIMARY KEY (server, lun),
  UNIQUE (server, volume)
);

CREATE TABLE manual_mapping (
  volume TEXT NOT NULL,
  server TEXT NOT NULL REFERENCES server (name),
  lun INTEGER NOT NULL,
  mode TEXT NOT NULL,
  since BIGINT NOT NULL,
  PRIMARY KEY (server, volume)
);

-- volume_gone: the volume of a DELETED or FAILED image has been deleted too.
CREATE TABLE image (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  tenant TEXT REFERENCES tenant (name),
  volume TEXT NOT NULL,
  size_bytes BIGINT NOT NULL,
  sha256 TEXT,
  provenance TEXT NOT NULL,
  state TEXT NOT NULL,
  volume_gone INTEGER NOT NULL,
  created BIGINT NOT NULL
);
CREATE UNIQUE INDEX image_by_live_name ON image (name)
  WHERE state IN ('IMPORTING', 'AVAILABLE');

-- filling: a refill has begun and goes on until the ready mark is reached.
CREATE TABLE pool (
  image_id TEXT PRIMARY KEY REFERENCES image (id),
  ready INTEGER NOT NULL,
  low INTEGER NOT NULL,
  scrub_threshold INTEGER NOT NULL,
  scrub_age BIGINT NOT NULL,
  filling INTEGER NOT NULL
);

-- unmask: the initiator that a returned replica has still to be taken from.
-- volume_gone: the volume of a RETIRED replica has been deleted too.
CREATE TABLE replica (
  name TEXT PRIMARY KEY,
  image_id TEXT NOT NULL REFERENCES image (id),
  state TEXT NOT NULL,
  since BIGINT NOT NULL,
  tenant TEXT,
  server TEXT,
  unmask TEXT,
  attempts INTEGER NOT NULL,
  volume_gone INTEGER NOT NULL
);
CREATE INDEX replica_by_image ON replica (image_id, state, since);
CREATE INDEX replica_by_state ON replica (state, volume_gone);
CREATE INDEX replica_to_unmask ON replica (unmask) WHERE unmask IS NOT NULL;

CREATE TABLE replica_move (
  sequence ${serial},
  replica TEXT NOT NULL,
  from_state TEXT,
  to_state TEXT NOT NULL,
  at_time BIGINT NOT NULL,
  actor TEXT NOT NULL,
  reason TEXT NOT NULL
);
CREATE INDEX replica_move_by_replica ON replica_move (replica, sequence);

CREATE TABLE allocation (
  id TEXT PRIMARY KEY,
  server TEXT NOT NULL,
  tenant TEXT NOT NULL,
  image_id TEXT NOT NULL REFERENCES image (id),
  replica TEXT NOT NULL REFERENCES replica (name),
  lun INTEGER NOT NULL,
  since BIGINT NOT NULL,
  ended BIGINT
);
CREATE UNIQUE INDEX allocation_of_server ON allocation (server) WHERE ended IS NULL;
CREATE UNIQUE INDEX allocation_of_replica ON allocation (replica) WHERE ended IS NULL;

CREATE TABLE scrub_record (
  id TEXT PRIMARY KEY,
  replica TEXT NOT NULL,
  image TEXT NOT NULL,
  tenant TEXT NOT NULL,
  server TEXT NOT NULL,
  outcome TEXT NOT NULL,
  attempts INTEGER NOT NULL,
  recorded BIGINT NOT NULL,
  message TEXT NOT NULL,
  method TEXT,
  verify INTEGER,
  extents BIGINT,
  erased_bytes BIGINT,
  verified_bytes BIGINT,
  verification TEXT,
  device TEXT,
  started BIGINT,
  ended BIGINT
);
CREATE INDEX scrub_record_by_replica ON scrub_record (replica, recorded);
