-- SPDX-License-Identifier: Apache-2.0
-- Erases of volumes by hand that are not certified yet, and which certificates are of such volumes.
-- verified: parts per million of what is erased that are read back, chosen by the seed.

ALTER TABLE certificate ADD COLUMN volume TEXT;
CREATE INDEX certificate_by_volume ON certificate (volume, sequence) WHERE volume IS NOT NULL;

CREATE TABLE volume_erase (
  node TEXT NOT NULL,
  volume TEXT NOT NULL,
  actor TEXT NOT NULL,
  asked BIGINT NOT NULL,
  method TEXT NOT NULL,
  pattern INTEGER NOT NULL,
  passes INTEGER NOT NULL,
  verified INTEGER NOT NULL,
  seed BIGINT NOT NULL,
  PRIMARY KEY (node, volume)
);
