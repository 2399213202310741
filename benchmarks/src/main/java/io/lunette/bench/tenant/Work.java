/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.bench.tenant;

/** What the tenant does, one operation of 4 KiB after the other, at random. */
enum Work {
  READ("read"),
  WRITE("write"),
  WRITE_AND_FLUSH("write and flush");

  final String label;

  Work(String label) {
    this.label = label;
  }
}
