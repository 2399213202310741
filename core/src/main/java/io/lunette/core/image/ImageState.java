/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.image;

/** Where an image is in its life; only an AVAILABLE one has replicas made of it. */
public enum ImageState {
  /** Its content is being written; an import that was cut off is undone at the next start. */
  IMPORTING,
  /** Sealed and complete. */
  AVAILABLE,
  /** Its name is free again; replicas on it, if any, are being retired. */
  DELETED,
  /** The import did not succeed; its name is free again. */
  FAILED
}
