/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.provisioning;

import io.lunette.core.image.ImageName;
import io.lunette.core.volume.VolumeDriver;
import io.lunette.core.volume.VolumeInfo;
import io.lunette.core.volume.VolumeName;
import io.lunette.core.volume.VolumePlace;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.List;
import java.util.Set;

/**
 * Lets the volumes of one image be at a place of their own, which can fall silent: whoever calls it
 * then waits until it answers again.
 */
final class FarPlace {

  static final VolumePlace PLACE = new VolumePlace("far");

  private final ImageName image;
  private boolean silent;
  private int waiting;

  FarPlace(ImageName image) {
    this.image = image;
  }

  synchronized void fallSilent() {
    silent = true;
  }

  synchronized void answer() {
    silent = false;
    notifyAll();
  }

  /** How many wait for it. */
  synchronized int waiting() {
    return waiting;
  }

  private boolean has(VolumeName name) {
    return name.value().matches("(image|replica)-" + image + "(-.*)?");
  }

  private synchronized void await() throws InterruptedException {
    waiting++;
    while (silent) {
      wait();
    }
    waiting--;
  }

  /** A driver or a masking of which this place is a part. */
  <T> T around(Class<T> type, T real) {
    return type.cast(
        Proxy.newProxyInstance(
            type.getClassLoader(),
            new Class<?>[] {type},
            (proxy, method, arguments) -> answer(real, method, arguments)));
  }

  private Object answer(Object real, Method method, Object[] arguments) throws Throwable {
    switch (method.getName()) {
      case "places":
        return Set.of(VolumePlace.LOCAL, PLACE);
      case "place":
        return has((VolumeName) arguments[0]) ? PLACE : VolumePlace.LOCAL;
      case "list":
        return list((VolumeDriver) real, arguments);
      default:
        if (arguments != null && arguments[0] instanceof VolumeName name && has(name)) {
          await();
        }
        return call(real, method, arguments);
    }
  }

  private List<VolumeInfo> list(VolumeDriver real, Object[] arguments) throws Exception {
    if (arguments == null) {
      return real.list();
    }
    if (arguments[0].equals(PLACE)) {
      await();
    }
    return real.list().stream()
        .filter(volume -> has(volume.name()) == arguments[0].equals(PLACE))
        .toList();
  }

  private static Object call(Object real, Method method, Object[] arguments) throws Throwable {
    try {
      return method.invoke(real, arguments);
    } catch (InvocationTargetException e) {
      throw e.getCause();
    }
  }
}
