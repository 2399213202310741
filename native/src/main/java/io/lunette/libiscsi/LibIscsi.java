/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.libiscsi;

import com.sun.jna.Native;

/**
 * The calls of libiscsi that are used, directly mapped: C names, no logic. Pointers are {@code
 * long}, and {@code size_t} is too. None of it is thread-safe for one context.
 */
final class LibIscsi {

  /** The interface of 1.19; Debian ships no link without the number. */
  static final String SONAME = "libiscsi.so.7";

  /* iscsi.h, enum iscsi_session_type */
  static final int ISCSI_SESSION_NORMAL = 2;

  /* iscsi.h, enum iscsi_header_digest */
  static final int ISCSI_HEADER_DIGEST_NONE = 0;
  static final int ISCSI_HEADER_DIGEST_CRC32C = 3;

  /* iscsi.h, enum scsi_status */
  static final int SCSI_STATUS_GOOD = 0;
  static final int SCSI_STATUS_CHECK_CONDITION = 2;
  static final int SCSI_STATUS_CANCELLED = 0x0f000000;
  static final int SCSI_STATUS_ERROR = 0x0f000001;
  static final int SCSI_STATUS_TIMEOUT = 0x0f000002;

  /* iscsi.h, struct iscsi_url: portal is its first field, a C string */
  static final int ISCSI_URL_LUN = 6 * 256;

  static {
    Native.register(LibIscsi.class, SONAME);
  }

  private LibIscsi() {}

  static native long iscsi_create_context(String initiatorName);

  static native int iscsi_destroy_context(long iscsi);

  /** Parses, and sets target name, CHAP and digest of the context as the URL has them. */
  static native long iscsi_parse_full_url(long iscsi, String url);

  static native void iscsi_destroy_url(long url);

  static native int iscsi_set_session_type(long iscsi, int type);

  static native int iscsi_set_header_digest(long iscsi, int digest);

  static native void iscsi_set_noautoreconnect(long iscsi, int state);

  static native int iscsi_full_connect_async(
      long iscsi, long portal, int lun, long callback, long privateData);

  static native int iscsi_logout_async(long iscsi, long callback, long privateData);

  static native int iscsi_get_fd(long iscsi);

  static native int iscsi_which_events(long iscsi);

  static native int iscsi_service(long iscsi, int revents);

  static native String iscsi_get_error(long iscsi);

  static native long scsi_create_task(int cdbSize, long cdb, int xferDir, int expXferLen);

  static native void scsi_free_scsi_task(long task);

  static native void scsi_task_set_iov_in(long task, long iov, int count);

  static native void scsi_task_set_iov_out(long task, long iov, int count);

  static native int iscsi_scsi_command_async(
      long iscsi, int lun, long task, long callback, long data, long privateData);
}
