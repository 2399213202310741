-- SPDX-License-Identifier: Apache-2.0
-- Moves, groups and the balancer, boot policies, layers, arrays and what SMI-S clients said belong to
-- a node too. What was written down before is that of the node with the image, or of the one there is.
-- keeps: the server keeps its writable volume and is given another shared portion.
-- shown: 0 while a server is between two shared portions; its number stays taken.

ALTER TABLE allocation_lun ADD COLUMN shown INTEGER NOT NULL DEFAULT 1;

CREATE INDEX allocation_by_tenant ON allocation (tenant, since);

ALTER TABLE server_move ADD COLUMN keeps INTEGER NOT NULL DEFAULT 0;
ALTER TABLE server_move ADD COLUMN node TEXT NOT NULL DEFAULT 'local';
UPDATE server_move SET node = COALESCE(
  (SELECT MIN(i.node) FROM image i WHERE i.name = COALESCE(server_move.to_image, server_move.from_image)),
  (SELECT MIN(n.name) FROM node n), 'local');

ALTER TABLE server_group RENAME TO server_group_of_one;
CREATE TABLE server_group (
  node TEXT NOT NULL,
  name TEXT NOT NULL,
  tenant TEXT NOT NULL,
  image TEXT NOT NULL,
  min_servers INTEGER NOT NULL,
  max_servers INTEGER NOT NULL,
  priority INTEGER NOT NULL,
  metric TEXT,
  target TEXT,
  hysteresis TEXT NOT NULL,
  cooling BIGINT NOT NULL,
  PRIMARY KEY (node, name),
  UNIQUE (node, tenant, image)
);
INSERT INTO server_group (node, name, tenant, image, min_servers, max_servers, priority, metric,
  target, hysteresis, cooling)
  SELECT COALESCE((SELECT MIN(i.node) FROM image i WHERE i.name = g.image),
    (SELECT MIN(n.name) FROM node n), 'local'), g.name, g.tenant, g.image, g.min_servers,
    g.max_servers, g.priority, g.metric, g.target, g.hysteresis, g.cooling
  FROM server_group_of_one g;
DROP TABLE server_group_of_one;

-- A node without a row has a balancer that is not enabled.
ALTER TABLE balancer RENAME TO balancer_of_one;
CREATE TABLE balancer (
  node TEXT PRIMARY KEY,
  enabled INTEGER NOT NULL,
  moves_max INTEGER NOT NULL,
  interval_ms BIGINT NOT NULL
);
INSERT INTO balancer (node, enabled, moves_max, interval_ms)
  SELECT COALESCE((SELECT MIN(n.name) FROM node n), 'local'), enabled, moves_max, interval_ms
  FROM balancer_of_one;
DROP TABLE balancer_of_one;

ALTER TABLE image_layer RENAME TO image_layer_of_one;
CREATE TABLE image_layer (
  node TEXT NOT NULL,
  layer_key TEXT NOT NULL,
  whole INTEGER NOT NULL,
  used BIGINT NOT NULL,
  PRIMARY KEY (node, layer_key)
);
INSERT INTO image_layer (node, layer_key, whole, used)
  SELECT COALESCE((SELECT MIN(n.name) FROM node n), 'local'), layer_key, whole, used
  FROM image_layer_of_one;
DROP TABLE image_layer_of_one;

ALTER TABLE image_boot RENAME TO image_boot_of_one;
CREATE TABLE image_boot (
  node TEXT NOT NULL,
  image TEXT NOT NULL,
  policy TEXT NOT NULL,
  PRIMARY KEY (node, image)
);
INSERT INTO image_boot (node, image, policy)
  SELECT COALESCE((SELECT MIN(i.node) FROM image i WHERE i.name = b.image),
    (SELECT MIN(n.name) FROM node n), 'local'), b.image, b.policy
  FROM image_boot_of_one b;
DROP TABLE image_boot_of_one;

ALTER TABLE storage_array ADD COLUMN node TEXT NOT NULL DEFAULT 'local';
UPDATE storage_array SET node = COALESCE((SELECT MIN(n.name) FROM node n), 'local');

ALTER TABLE array_volume ADD COLUMN node TEXT NOT NULL DEFAULT 'local';
UPDATE array_volume SET node = COALESCE((SELECT MIN(n.name) FROM node n), 'local');
DROP INDEX array_volume_by_name;
CREATE UNIQUE INDEX array_volume_by_name ON array_volume (node, name) WHERE name IS NOT NULL;

ALTER TABLE smis_label RENAME TO smis_label_of_one;
CREATE TABLE smis_label (
  node TEXT NOT NULL,
  volume TEXT NOT NULL,
  uuid TEXT NOT NULL,
  label TEXT NOT NULL,
  PRIMARY KEY (node, volume)
);
INSERT INTO smis_label (node, volume, uuid, label)
  SELECT COALESCE((SELECT MIN(n.name) FROM node n), 'local'), volume, uuid, label
  FROM smis_label_of_one;
DROP TABLE smis_label_of_one;

ALTER TABLE smis_copy RENAME TO smis_copy_of_one;
CREATE TABLE smis_copy (
  node TEXT NOT NULL,
  target TEXT NOT NULL,
  uuid TEXT NOT NULL,
  source TEXT NOT NULL,
  since BIGINT NOT NULL,
  PRIMARY KEY (node, target)
);
INSERT INTO smis_copy (node, target, uuid, source, since)
  SELECT COALESCE((SELECT MIN(n.name) FROM node n), 'local'), target, uuid, source, since
  FROM smis_copy_of_one;
DROP TABLE smis_copy_of_one;

ALTER TABLE smis_hidden RENAME TO smis_hidden_of_one;
CREATE TABLE smis_hidden (
  node TEXT NOT NULL,
  volume TEXT NOT NULL,
  PRIMARY KEY (node, volume)
);
INSERT INTO smis_hidden (node, volume)
  SELECT COALESCE((SELECT MIN(n.name) FROM node n), 'local'), volume FROM smis_hidden_of_one;
DROP TABLE smis_hidden_of_one;

ALTER TABLE smis_view_member RENAME TO smis_view_member_of_one;
CREATE TABLE smis_view_member (
  node TEXT NOT NULL,
  server TEXT NOT NULL,
  view TEXT NOT NULL,
  PRIMARY KEY (node, server)
);
INSERT INTO smis_view_member (node, server, view)
  SELECT COALESCE((SELECT MIN(n.name) FROM node n), 'local'), server, view
  FROM smis_view_member_of_one;
DROP TABLE smis_view_member_of_one;

ALTER TABLE smis_indication RENAME TO smis_indication_of_one;
CREATE TABLE smis_indication (
  node TEXT NOT NULL,
  path TEXT NOT NULL,
  class TEXT NOT NULL,
  document TEXT NOT NULL,
  created BIGINT NOT NULL,
  PRIMARY KEY (node, path)
);
INSERT INTO smis_indication (node, path, class, document, created)
  SELECT COALESCE((SELECT MIN(n.name) FROM node n), 'local'), path, class, document, created
  FROM smis_indication_of_one;
DROP TABLE smis_indication_of_one;
