/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine.check;

import io.lunette.blockio.DeviceException;
import io.lunette.blockio.DeviceInUseException;
import io.lunette.blockio.LinuxRawDevice;
import io.lunette.blockio.RawDevice;
import io.lunette.core.volume.VolumeException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Opens pools for reading, and says in the caller's terms why one cannot be read. */
final class PoolDevices {

  private PoolDevices() {}

  interface Reader<T> {
    T read(RawDevice device) throws IOException, VolumeException;
  }

  private interface Opener {
    RawDevice open(Path file) throws DeviceException;
  }

  /** Gives the device to the reader, for reading beside others, and closes it. */
  static <T> T read(Path file, Reader<T> reader) throws VolumeException {
    return with(file, LinuxRawDevice::openReadOnly, reader);
  }

  /** Gives the device to the reader, for it alone to change, and closes it. */
  static <T> T change(Path file, Reader<T> reader) throws VolumeException {
    return with(file, LinuxRawDevice::open, reader);
  }

  private static <T> T with(Path file, Opener opener, Reader<T> reader) throws VolumeException {
    if (!Files.exists(file)) {
      throw new VolumeException(VolumeException.Kind.NOT_FOUND, file + ": no such pool file");
    }
    if (Files.isDirectory(file)) {
      throw new VolumeException(
          VolumeException.Kind.INVALID, file + ": a directory, not a Lunette pool");
    }
    try (RawDevice device = opener.open(file)) {
      return reader.read(device);
    } catch (DeviceInUseException e) {
      throw new VolumeException(VolumeException.Kind.BUSY, e.getMessage(), e);
    } catch (DeviceException e) {
      throw new VolumeException(VolumeException.Kind.IO, e.getMessage(), e);
    } catch (IOException e) {
      throw new VolumeException(VolumeException.Kind.IO, file + ": " + e.getMessage(), e);
    }
  }
}
