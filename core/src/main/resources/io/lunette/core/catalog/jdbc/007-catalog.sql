-- SPDX-License-Identifier: Apache-2.0
-- Several appliances share a catalog: each is a node, and images, what is made of them, manual
-- mappings and certificates belong to one. What was written down stays as it is, and the audit trail
-- can be asked by actor, action, subject and time.

CREATE TABLE node (
  name TEXT PRIMARY KEY,
  home_key TEXT NOT NULL,
  address TEXT NOT NULL,
  incarnation BIGINT NOT NULL,
  started BIGINT NOT NULL
);

CREATE TABLE node_seen (
  node TEXT PRIMARY KEY REFERENCES node (name),
  seen BIGINT NOT NULL
);

ALTER TABLE image ADD COLUMN node TEXT NOT NULL DEFAULT 'local';
DROP INDEX image_by_version;
DROP INDEX image_importing;
DROP INDEX image_current;
CREATE UNIQUE INDEX image_by_version ON image (node, name, version)
  WHERE state IN ('IMPORTING', 'AVAILABLE', 'RETIRED');
CREATE UNIQUE INDEX image_importing ON image (node, name) WHERE state = 'IMPORTING';
CREATE UNIQUE INDEX image_current ON image (node, name) WHERE is_current = 1;

ALTER TABLE server_lun RENAME TO server_lun_of_one;
CREATE TABLE server_lun (
  server TEXT NOT NULL REFERENCES server (name),
  lun INTEGER NOT NULL,
  node TEXT NOT NULL,
  volume TEXT NOT NULL,
  PRIMARY KEY (server, lun),
  UNIQUE (server, node, volume)
);
INSERT INTO server_lun (server, lun, node, volume)
  SELECT server, lun, 'local', volume FROM server_lun_of_one;
DROP TABLE server_lun_of_one;

ALTER TABLE manual_mapping RENAME TO manual_mapping_of_one;
CREATE TABLE manual_mapping (
  node TEXT NOT NULL,
  volume TEXT NOT NULL,
  server TEXT NOT NULL REFERENCES server (name),
  lun INTEGER NOT NULL,
  mode TEXT NOT NULL,
  since BIGINT NOT NULL,
  PRIMARY KEY (server, node, volume)
);
INSERT INTO manual_mapping (node, volume, server, lun, mode, since)
  SELECT 'local', volume, server, lun, mode, since FROM manual_mapping_of_one;
DROP TABLE manual_mapping_of_one;

ALTER TABLE certificate RENAME TO certificate_of_one;
DROP INDEX certificate_by_replica;
CREATE TABLE certificate (
  node TEXT NOT NULL,
  sequence BIGINT NOT NULL,
  type TEXT NOT NULL,
  replica TEXT,
  document TEXT NOT NULL,
  PRIMARY KEY (node, sequence)
);
INSERT INTO certificate (node, sequence, type, replica, document)
  SELECT 'local', sequence, type, replica, document FROM certificate_of_one;
DROP TABLE certificate_of_one;
CREATE INDEX certificate_by_replica ON certificate (replica, sequence) WHERE replica IS NOT NULL;
ALTER TABLE certificate_head ADD COLUMN node TEXT NOT NULL DEFAULT 'local';

${append-only audit};
${append-only replica_move};
${append-only certificate};

CREATE INDEX audit_by_actor ON audit (actor, sequence);
CREATE INDEX audit_by_action ON audit (action, sequence);
CREATE INDEX audit_by_subject ON audit (subject, sequence);
CREATE INDEX audit_by_time ON audit (at_time);
CREATE INDEX allocation_by_server ON allocation (server, since);
CREATE INDEX replica_by_server ON replica (server) WHERE server IS NOT NULL;

-- Requests that were carried out under a key. allocation: the one that was begun or ended.
CREATE TABLE request (
  request_key TEXT PRIMARY KEY,
  request TEXT NOT NULL,
  allocation TEXT,
  at_time BIGINT NOT NULL
);
CREATE INDEX request_by_time ON request (at_time);

-- In the order in which they are read.
DROP INDEX replica_to_unmask;
CREATE INDEX replica_to_unmask ON replica (name) WHERE unmask IS NOT NULL;
DROP INDEX replica_by_image;
CREATE INDEX replica_by_image ON replica (image_id, state, since, name);
