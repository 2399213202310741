-- SPDX-License-Identifier: Apache-2.0
-- Which volume of its driver a replica stands for, as another may have its name since, and when that
-- was last erased as far as the catalog was told. Missing of one that is to be made, and in rows of
-- before.

ALTER TABLE replica ADD COLUMN volume_uuid TEXT;
ALTER TABLE replica ADD COLUMN volume_erased BIGINT;
