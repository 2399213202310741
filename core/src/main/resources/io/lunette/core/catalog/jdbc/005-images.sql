-- SPDX-License-Identifier: Apache-2.0
-- Images have versions: a row of image is a version of a name. series is the id of the first version
-- of the name and stands for all of them; pool.image_id is that of a series.
-- labels: a line key=value for each.

ALTER TABLE image ADD COLUMN series TEXT NOT NULL DEFAULT '';
ALTER TABLE image ADD COLUMN version INTEGER NOT NULL DEFAULT 1;
ALTER TABLE image ADD COLUMN is_current INTEGER NOT NULL DEFAULT 0;
ALTER TABLE image ADD COLUMN labels TEXT NOT NULL DEFAULT '';
UPDATE image SET series = id;
UPDATE image SET is_current = 1 WHERE state = 'AVAILABLE';
DROP INDEX image_by_live_name;
CREATE UNIQUE INDEX image_by_version ON image (name, version)
  WHERE state IN ('IMPORTING', 'AVAILABLE', 'RETIRED');
CREATE UNIQUE INDEX image_importing ON image (name) WHERE state = 'IMPORTING';
CREATE UNIQUE INDEX image_current ON image (name) WHERE is_current = 1;
CREATE INDEX image_by_series ON image (series);

-- Split images: volume is the template of the writable portion, shared_volume the portion that all
-- servers read.
ALTER TABLE image ADD COLUMN shared_volume TEXT;
ALTER TABLE image ADD COLUMN shared_bytes BIGINT;
ALTER TABLE image ADD COLUMN shared_sha256 TEXT;

-- What a server sees besides its replica. A row is there from the allocation until the volume is out
-- of the initiator's reach, which may be after the allocation's end; one of a volume that is made
-- for the allocation alone, until that is deleted too.
CREATE TABLE allocation_lun (
  allocation TEXT NOT NULL REFERENCES allocation (id),
  role TEXT NOT NULL,
  volume TEXT NOT NULL,
  server TEXT NOT NULL,
  initiator TEXT NOT NULL,
  lun INTEGER NOT NULL,
  PRIMARY KEY (allocation, role)
);
CREATE INDEX allocation_lun_by_volume ON allocation_lun (volume);

-- Templates of an image's config volumes, and what operators said of servers for them.
CREATE TABLE image_personality (
  series TEXT PRIMARY KEY REFERENCES image (id),
  user_data TEXT NOT NULL,
  network_config TEXT,
  meta_data TEXT
);

CREATE TABLE server_meta (
  server TEXT NOT NULL REFERENCES server (name),
  meta_key TEXT NOT NULL,
  meta_value TEXT NOT NULL,
  PRIMARY KEY (server, meta_key)
);

-- How an image was composed, as JSON; and the layers that steps made, by what they were made of.
ALTER TABLE image ADD COLUMN recipe TEXT;

CREATE TABLE image_layer (
  layer_key TEXT PRIMARY KEY,
  whole INTEGER NOT NULL,
  used BIGINT NOT NULL
);
