/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.platform.linux;

import com.sun.jna.Library;
import com.sun.jna.Native;
import java.util.Map;

/** What the C library says in the locale of the process, read as the JDK reads it. */
public interface LibCMessages extends Library {

  /** The one instance. */
  LibCMessages INSTANCE =
      Native.load(
          "c",
          LibCMessages.class,
          Map.of(OPTION_STRING_ENCODING, System.getProperty("sun.jnu.encoding", "UTF-8")));

  /** strerror(3). */
  String strerror(int errno);
}
