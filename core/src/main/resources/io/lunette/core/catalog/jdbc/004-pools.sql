-- SPDX-License-Identifier: Apache-2.0
-- What tenants may have. Bounds are -1 where there is none; gone is 1 for a tenant that was removed
-- and is kept for what is told of it.

ALTER TABLE tenant ADD COLUMN servers_max INTEGER NOT NULL DEFAULT -1;
ALTER TABLE tenant ADD COLUMN space_max BIGINT NOT NULL DEFAULT -1;
ALTER TABLE tenant ADD COLUMN gone INTEGER NOT NULL DEFAULT 0;
CREATE INDEX allocation_of_tenant ON allocation (tenant) WHERE ended IS NULL;
