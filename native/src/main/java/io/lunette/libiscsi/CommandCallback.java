/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.libiscsi;

import com.sun.jna.Callback;
import com.sun.jna.Native;
import com.sun.jna.Pointer;
import java.nio.ByteBuffer;

/**
 * {@code iscsi_command_cb} of iscsi.h. Called by {@code iscsi_service} and {@code
 * iscsi_destroy_context} on the thread that called them; must not throw.
 *
 * <p>Its arguments are primitives so that JNA may call it directly, without boxes and reflection.
 * JNA does that for callbacks which a directly mapped function takes as an argument, but looks each
 * of them up in a map; {@link #addressOf} has it looked up once.
 */
interface CommandCallback extends Callback {

  void invoke(long iscsi, int status, long commandData, long privateData);

  /**
   * The address under which C calls it, for as long as the callback is reachable; the caller keeps
   * it so.
   */
  static long addressOf(CommandCallback callback) {
    ByteBuffer nothing = ByteBuffer.allocateDirect(1);
    return Address.memmove(
        callback, Pointer.nativeValue(Native.getDirectBufferPointer(nothing)), 0);
  }

  /** memmove(3) of nothing: a function that returns its first argument. */
  final class Address {

    static {
      Native.register(Address.class, "c");
    }

    private Address() {}

    static native long memmove(CommandCallback destination, long source, long length);
  }
}
