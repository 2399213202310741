/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine.check;

/**
 * Numbers of docs/on-disk-format.md, beside those of the code: a test changes what is on the device
 * by what is written down, whatever the code makes of it.
 */
final class OnDisk {

  // Kinds of trees.
  static final int VOLUMES = 1;
  static final int LAYERS = 2;
  static final int SPACE = 3;
  static final int RESERVED = 4;
  static final int METADATA = 5;
  static final int GLOBALS = 6;
  static final int MAP = 16;
  static final int DROPPED = 17;

  // Words of a slot of LAYERS.
  static final int LAYER_STATE = 0;
  static final int LAYER_PARENT = 1;
  static final int LAYER_SIZE = 2;
  static final int LAYER_VOLUME = 3;
  static final int LAYER_KEY = 4;

  // Words of a slot of VOLUMES.
  static final int VOLUME_STATE = 0;
  static final int VOLUME_UUID = 1;
  static final int VOLUME_LAYER = 3;
  static final int VOLUME_SIZE = 4;
  static final int VOLUME_NAME_BYTES = 6;
  static final int VOLUME_NAME = 7;
  static final int VOLUME_ERASE_TERMS = 24;
  static final int VOLUME_BLOCK_BYTES = 31;

  private OnDisk() {}
}
